"""RFC 3339, as both dialects read it."""

import re
from datetime import UTC, datetime, timedelta, timezone

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,30}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


class InvalidTime(ValueError):
    """Text that is not a time of RFC 3339 between the years 1 and 9999 UTC."""


def parse_time(text: str) -> datetime:
    """The moment in UTC; digits beyond microseconds are cut. Raises InvalidTime."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise InvalidTime(f"{text[:60]!r} is not a time of RFC 3339, such as 2018-04-21T09:45:00Z")
    date, clock, fraction, sign, hours, minutes = match.groups()
    try:
        naive = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6]:0<6}")
        return naive.replace(tzinfo=_zone(sign, hours, minutes)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidTime(f"{text[:60]!r} is not a time that exists") from error


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    if sign is None or hours is None or minutes is None:
        return UTC
    if int(minutes) > 59:
        raise ValueError("an offset has at most 59 minutes")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)
