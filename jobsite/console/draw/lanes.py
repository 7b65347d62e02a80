"""Who did what side by side: a lane for each slot, its jobs as bars over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words, draw
from jobsite.console.draw.scale import TimeScale, ticks

_LANE = 22
_BAR = 14
_AXIS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`key` tells who was at it; `tone` is a class of draw.css. Without `url` it is no link."""

    key: str
    begin: datetime
    end: datetime
    tone: str
    words: str
    url: str = ""


def packed(spans: Sequence[Span]) -> list[list[Span]]:
    """One lane for each key; who begins when another has ended for good takes over its lane."""
    by_key: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span.begin):
        by_key.setdefault(span.key, []).append(span)
    lanes: list[list[Span]] = []
    for own in by_key.values():
        free = next((lane for lane in lanes if lane[-1].end <= own[0].begin), None)
        if free is None:
            lanes.append(own)
        else:
            free.extend(own)
    return lanes


def lanes(spans: Sequence[Span], words: Words, *, scale: TimeScale) -> SafeString:
    """What lies outside of the scale is cut at its ends; a bar is never thinner than what an eye sees."""
    rows = packed(spans)
    bars = [
        {
            "span": span,
            "x": scale.x(span.begin),
            "width": scale.width(span.begin, span.end),
            "y": number * _LANE + (_LANE - _BAR) // 2,
            "words": f"{_clock(span.begin)} to {_clock(span.end)}: {span.words}",
        }
        for number, row in enumerate(rows)
        for span in row
    ]
    bottom = max(1, len(rows)) * _LANE
    lines = [number * _LANE for number in range(1, len(rows))]
    marks = {"bars": bars, "thick": _BAR, "ticks": ticks(scale), "bottom": bottom, "lines": lines}
    return draw("lanes", words, height=bottom + _AXIS, **marks)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M:%S}"
