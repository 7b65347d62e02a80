"""Where local time and UTC part: hours that a zone leaves out, and hours that it has twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Local time from `begin` until before `end` comes twice."""

    begin: datetime
    end: datetime


def to_local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Without its zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def to_utc(local: datetime, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def repeat_around(local: datetime, zone: ZoneInfo) -> Repeat | None:
    """The repeated time that `local` lies in."""
    first, second = to_utc(local, zone), to_utc(local, zone, fold=1)
    if first >= second:
        return None
    begin = to_local(_change(first, second, zone), zone)
    return Repeat(begin, begin + (second - first))


def end_of_gap(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment right after the gap that `local` falls into; None where such a local time exists."""
    late, early = to_utc(local, zone), to_utc(local, zone, fold=1)
    # In a gap the offset from before the change leads behind it, and the other way round.
    return _change(early, late, zone) if early < late else None


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset changes, between two moments that have different ones."""
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
