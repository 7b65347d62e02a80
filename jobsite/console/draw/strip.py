"""The last runs of something in a row, the newest at the right: one cell each, its outcome as colour and height."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words, draw, percent

_HEIGHT = 20
# Part of a cell that is left free between it and the next.
_GAP = 0.18


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`tone` is a class of draw.css; `tall` from 0 to 1 tells outcomes apart for who sees no colours."""

    tone: str
    tall: float
    words: str
    url: str = ""


def strip(cells: Sequence[Cell], words: Words, *, places: int) -> SafeString:
    """Room for `places` cells, so that strips below each other agree; fewer stand at the right end."""
    first = places - len(cells)
    width = percent((1 - _GAP) / places)
    marks = [_mark(cell, percent((first + number) / places), width) for number, cell in enumerate(cells)]
    return draw("strip", words, height=_HEIGHT, marks=marks)


def _mark(cell: Cell, x: str, width: str) -> SafeString:
    """Not by the template: a list of crons has a thousand of them, and each would take it half a millisecond."""
    tall = round(_HEIGHT * cell.tall, 1)
    y = round(_HEIGHT - tall, 1)
    rect = format_html(
        '<rect class="cell tone-{}" x="{}" width="{}" y="{}" height="{}" rx="1"><title>{}</title></rect>',
        *(cell.tone, x, width, y, tall, cell.words),
    )
    return format_html('<a href="{}" aria-label="{}">{}</a>', cell.url, cell.words, rect) if cell.url else rect
