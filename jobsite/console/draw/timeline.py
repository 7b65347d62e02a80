"""What followed what: a row for each attempt, its spells side by side over time, and marks on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words, draw
from jobsite.console.draw.scale import TimeScale, ticks

_ROW = 46
_BAR_TOP = 22
_BAR = 14
_AXIS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`tone` is a class of the style sheet; `words` are shown where the pointer rests."""

    begin: datetime
    end: datetime
    tone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`label` stands above its blocks. Without `url` it is no link."""

    label: str
    blocks: Sequence[Block]
    points: Sequence[Point] = ()
    url: str = ""


def timeline(rows: Sequence[Row], words: Words, *, scale: TimeScale) -> SafeString:
    """What is shorter than an eye can see is still drawn two pixels wide."""
    drawn = [_row(row, number * _ROW, scale) for number, row in enumerate(rows)]
    bottom = max(1, len(rows)) * _ROW
    return draw("timeline", words, height=bottom + _AXIS, rows=drawn, thick=_BAR, ticks=ticks(scale), bottom=bottom)


def _row(row: Row, top: int, scale: TimeScale) -> dict[str, object]:
    return {
        "row": row,
        "top": top,
        "text_y": top + _BAR_TOP - 7,
        "bar_y": top + _BAR_TOP,
        "mark_from": top + _BAR_TOP - 4,
        "mark_to": top + _BAR_TOP + _BAR + 4,
        "blocks": [
            {"block": block, "x": scale.x(block.begin), "width": scale.width(block.begin, block.end)}
            for block in row.blocks
        ],
        "points": [{"point": point, "x": scale.x(point.at)} for point in row.points],
    }
