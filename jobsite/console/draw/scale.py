"""From times to places across a picture, and the ticks below it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobsite.console.draw.picture import percent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = [timedelta(seconds=s) for s in (1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeScale:
    begin: datetime
    end: datetime

    def share(self, at: datetime) -> float:
        """0 at the left end, 1 at the right; what lies outside is at the end."""
        return min(1.0, max(0.0, (at - self.begin) / (self.end - self.begin)))

    def x(self, at: datetime) -> str:
        return percent(self.share(at))

    def width(self, begin: datetime, end: datetime) -> str:
        return percent(self.share(end) - self.share(begin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """`anchor` keeps the label of the first and the last inside the picture."""

    x: str
    label: str
    anchor: str


def ticks(scale: TimeScale, *, most: int = 7) -> list[Tick]:
    """At round times in UTC, as close as `most` of them allow."""
    step = _step(scale.end - scale.begin, most)
    at = _EPOCH + -((_EPOCH - scale.begin) // step) * step
    at += step if at < scale.begin else timedelta()
    found = []
    while at <= scale.end:
        found.append(Tick(x=scale.x(at), label=_label(at, step), anchor=_anchor(scale.share(at))))
        at += step
    return found


def _step(span: timedelta, most: int) -> timedelta:
    fitting = (step for step in _STEPS if span / step < most)
    return next(fitting, _DAY * max(1, -(-span // (_DAY * most))))


def _label(at: datetime, step: timedelta) -> str:
    at = at.astimezone(UTC)
    if step >= _DAY or (step >= timedelta(hours=1) and at.hour == 0 == at.minute):
        return f"{at:%b} {at.day}"
    return f"{at:%H:%M}" if step >= timedelta(minutes=1) else f"{at:%H:%M:%S}"


def _anchor(share: float) -> str:
    return "start" if share < 0.04 else "end" if share > 0.96 else "middle"
