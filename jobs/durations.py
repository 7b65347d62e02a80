"""Go durations, as MSR's clients send them: `15m`, `1h30m`, `1.5h`, `300ms`, `""` for none."""

import re
from datetime import timedelta
from decimal import Decimal

MAX = timedelta(days=365)
# What the database keeps of the text.
MAX_LENGTH = 60
_UNITS = {
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("1e-3"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "μs": Decimal("1e-6"),
    "ns": Decimal("1e-9"),
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(h|ms|us|µs|μs|ns|m|s)")


class InvalidDuration(ValueError):
    """Text that is not a Go duration between 0 and 365 days."""


def parse(text: str) -> timedelta | None:
    """The span that `text` names, None for `""`. Raises InvalidDuration that says what would be right."""
    if text == "":
        return None
    if text in {"0", "+0"}:
        return timedelta(0)
    if text.startswith("-"):
        raise InvalidDuration(f"{text[:60]!r} is negative; use a duration such as 15m, or 0s")
    body = text.removeprefix("+")
    if len(text) > MAX_LENGTH or not re.fullmatch(f"(?:{_PART.pattern})+", body):
        raise InvalidDuration(f"{text[:60]!r} is not a duration; use hours, minutes, seconds as in 1h30m, 90s or 300ms")
    seconds = sum((Decimal(amount) * _UNITS[unit] for amount, unit in _PART.findall(body)), Decimal(0))
    if seconds > Decimal(MAX.total_seconds()):
        raise InvalidDuration(f"{text!r} is longer than 365 days")
    return timedelta(microseconds=int(seconds * 1_000_000))


def format_span(span: timedelta | None) -> str:
    """Go's own spelling of a span: `1h30m0s`, `300ms`; `""` for None."""
    if span is None:
        return ""
    microseconds = span // timedelta(microseconds=1)
    if 0 < microseconds < 1000:
        return f"{microseconds}µs"
    if 0 < microseconds < 1_000_000:
        return _decimal(microseconds, 1000) + "ms"
    minutes, rest = divmod(microseconds, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    seconds = _decimal(rest, 1_000_000) + "s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _decimal(amount: int, unit: int) -> str:
    """`amount / unit` without a float and without zeros at its end."""
    return f"{(Decimal(amount) / unit).normalize():f}"
