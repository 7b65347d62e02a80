"""Go durations, as MSR's clients send them: `15m`, `1h30m`, `1.5h`, `300ms`, `""` for none."""

import re
from datetime import timedelta
from decimal import Decimal

MAX = timedelta(days=365)
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
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|μs|ns|m|s)")


class InvalidDuration(ValueError):
    """Text that is not a Go duration between 0 and 365 days."""


def parse(text: str) -> timedelta | None:
    """The span that `text` names, None for `""`. Raises InvalidDuration that says what would be right."""
    if text == "":
        return None
    if text in {"0", "+0"}:
        return timedelta(0)
    if text.startswith("-"):
        raise InvalidDuration(f"{text!r} is negative; use a duration such as 15m, or 0s")
    body = text.removeprefix("+")
    if len(body) > 60 or not re.fullmatch(f"(?:{_PART.pattern})+", body):
        raise InvalidDuration(f"{text[:60]!r} is not a duration; use hours, minutes, seconds as in 1h30m, 90s or 300ms")
    seconds = sum((Decimal(amount) * _UNITS[unit] for amount, unit in _PART.findall(body)), Decimal(0))
    if seconds > Decimal(MAX.total_seconds()):
        raise InvalidDuration(f"{text!r} is longer than 365 days")
    return timedelta(microseconds=int(seconds * 1_000_000))


def format_span(span: timedelta | None) -> str:
    """Go's own spelling of a span: `1h30m0s`; `""` for None."""
    if span is None:
        return ""
    hours, rest = divmod(span.total_seconds(), 3600)
    minutes, seconds = divmod(rest, 60)
    text = f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{int(hours)}h{int(minutes)}m{text}"
    return f"{int(minutes)}m{text}" if minutes else text
