"""Amounts over time: a stack of parts for each span, the highest as high as the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words, draw
from jobsite.console.draw.scale import TimeScale, ticks

_AXIS = 20
_TOP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`parts`: amounts by tone (a class of draw.css), the first at the bottom; `words` name the bar's parts."""

    begin: datetime
    end: datetime
    parts: Mapping[str, float]
    words: str

    @property
    def total(self) -> float:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    tone: str
    y: float
    height: float


def time_bars(bars: Sequence[Bar], words: Words, *, scale: TimeScale, peak: str, height: int = 140) -> SafeString:
    """`peak` says how much the top of the picture is."""
    highest = max((bar.total for bar in bars), default=0) or 1
    room = height - _AXIS - _TOP
    columns = [
        {
            "x": scale.x(bar.begin),
            "width": scale.width(bar.begin, bar.end),
            "words": f"{_clock(bar.begin)} to {_clock(bar.end)}: {bar.words}",
            "blocks": _stack(bar.parts, room / highest, bottom=_TOP + room),
        }
        for bar in bars
    ]
    marks = {"columns": columns, "peak": peak, "ticks": ticks(scale), "top": _TOP, "bottom": _TOP + room, "room": room}
    return draw("time_bars", words, height=height, **marks)


def _stack(parts: Mapping[str, float], pixels: float, *, bottom: float) -> list[_Block]:
    blocks = []
    for tone, amount in parts.items():
        # Something is never nothing: one job among millions still shows.
        tall = max(1.0, round(amount * pixels, 1)) if amount else 0.0
        bottom = round(bottom - tall, 1)
        if tall:
            blocks.append(_Block(tone=tone, y=bottom, height=tall))
    return blocks


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M}"
