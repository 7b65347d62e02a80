"""The last runs of something in a row, the newest at the right: one cell each, its outcome as colour and height."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    marks = [
        {
            "cell": cell,
            "x": percent((first + number) / places),
            "width": percent((1 - _GAP) / places),
            "y": round(_HEIGHT * (1 - cell.tall), 1),
            "tall": round(_HEIGHT * cell.tall, 1),
        }
        for number, cell in enumerate(cells)
    ]
    return draw("strip", words, height=_HEIGHT, marks=marks)
