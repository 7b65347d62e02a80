"""Values over time: a line for each series, broken where there is no value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words, draw
from jobsite.console.draw.scale import TimeScale, ticks

_AXIS = 20
_TOP = 16
# The inner picture is stretched to the width of its place; its lines keep their breadth.
WIDE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    tone: str
    points: Sequence[tuple[datetime, float | None]]


def time_lines(series: Sequence[Series], words: Words, *, scale: TimeScale, peak: str, height: int = 140) -> SafeString:
    """`peak` says how much the top of the picture is: the highest value."""
    highest = max((value for line in series for _, value in line.points if value is not None), default=0) or 1
    room = height - _AXIS - _TOP
    lines = [
        {"tone": line.tone, "points": piece}
        for line in series
        for piece in _pieces(line, scale, room=room, highest=highest)
    ]
    marks = {"lines": lines, "peak": peak, "ticks": ticks(scale), "top": _TOP, "bottom": _TOP + room, "room": room}
    return draw("time_lines", words, height=height, wide=WIDE, **marks)


def _pieces(line: Series, scale: TimeScale, *, room: float, highest: float) -> list[str]:
    pieces = []
    for there, run in groupby(line.points, key=lambda point: point[1] is not None):
        if there:
            places = [(scale.share(at) * WIDE, room - (value or 0) / highest * room) for at, value in run]
            # One value alone would be a line without length.
            places = places if len(places) > 1 else [(places[0][0] - 4, places[0][1]), (places[0][0] + 4, places[0][1])]
            pieces.append(" ".join(f"{x:.1f},{y:.1f}" for x, y in places))
    return pieces
