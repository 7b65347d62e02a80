"""The due seconds of a cron up to now, a bounded number of them at a time."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jobs.engine.crons.decision import MAX_MADE_UP
from jobs.schedule import Schedule

# A week of a cron that is due each second is caught up in parts: no transaction takes longer than one of them.
PART = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """`seconds` from the first on; `following` is the one after them. `more`: that one has come as well."""

    seconds: list[datetime]
    following: datetime
    more: bool


def dues_until(now: datetime, *, first: datetime, schedule: Schedule, zone: ZoneInfo) -> Dues:
    """From `first`, which has come, to `now`. Raises Never when nothing follows.

    Of a part the newest are left for the next one: they may be among the newest of all.
    """
    seconds = [first]
    while (following := schedule.next_after(seconds[-1], zone)) <= now:
        if len(seconds) == PART:
            keep = PART - MAX_MADE_UP
            return Dues(seconds=seconds[:keep], following=seconds[keep], more=True)
        seconds.append(following)
    return Dues(seconds=seconds, following=following, more=False)
