"""A rate as the setting THROTTLE names it: `600/min`."""

import re
from dataclasses import dataclass
from datetime import timedelta

_SPANS = {
    "s": timedelta(seconds=1),
    "sec": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_RATE = re.compile(r"([1-9][0-9]{0,8})/([a-z]+)")


class InvalidRate(ValueError):
    """The text names no rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, and as many again in each span."""

    number: int
    span: timedelta

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Raises InvalidRate."""
        found = _RATE.fullmatch(text.strip())
        if found is None or found[2] not in _SPANS:
            raise InvalidRate(f"{text!r} is not a number of requests and sec, min, hour or day, as in 600/min")
        rate = cls(number=int(found[1]), span=_SPANS[found[2]])
        if not rate.each:
            raise InvalidRate(f"{text!r} is more than one request in each microsecond")
        return rate

    @property
    def each(self) -> timedelta:
        """After how long one more is free."""
        return self.span // self.number
