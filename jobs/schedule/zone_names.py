"""Names of time zones, as people give them."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from jobs.schedule.errors import UnknownZone


def read_zone(name: str) -> ZoneInfo:
    """Raises UnknownZone, which names what is near."""
    if name not in _names():
        near = get_close_matches(name[:60], _names(), n=3) or ["UTC", "Europe/Berlin"]
        raise UnknownZone(f"{name[:60]!r} is no time zone; use for example {', '.join(near)}")
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    """Not every file beside them is one: `right/` counts leap seconds."""
    return frozenset(available_timezones())
