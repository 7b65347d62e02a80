"""Times, spans and data as a person reads them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.seal.form import masked

LONGEST_TEXT = 100_000


def utc(at: datetime | None) -> str:
    """`2026-11-22 02:19:19`, or nothing."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def span(length: timedelta | None) -> str:
    """`0.12 s`, `1.2 s`, `42 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`: two figures are enough to compare by eye."""
    if length is None:
        return ""
    seconds = length.total_seconds()
    if seconds < 0:
        return f"-{span(-length)}"
    return _short(seconds) if seconds < 59.5 else _long(round(seconds))


def _short(seconds: float) -> str:
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def _long(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def pretty(value: Any) -> str:
    """JSON with indents, cut where a browser would suffer; the API has the whole of it."""
    if value is None:
        return ""
    text = json.dumps(masked(value), indent=2, ensure_ascii=False, default=str)
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n… {len(text) - LONGEST_TEXT:,} more characters: the API returns all of them"


def units(needs: dict[str, int]) -> str:
    """A capacity or a class of needs: `default 4, scan 2`."""
    return ", ".join(f"{kind} {amount}" for kind, amount in sorted(needs.items()))
