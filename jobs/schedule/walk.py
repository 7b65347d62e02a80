"""The next run of six fields in a zone.

Elapsed time (hours begin with `*`): every second whose local time matches, so both passes of a repeated hour, and
nothing of one that is left out. Wall clock (all others): each local time once. A repeated one means its first pass;
all that fall into one gap become a single run, in the first second after it.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from jobs.schedule.step import next_second
from jobs.schedule.times import Times
from jobs.schedule.zones import SECOND, Repeat, end_of_gap, repeat_around, to_local, to_utc


def next_time_after(times: Times, moment: datetime, zone: ZoneInfo) -> datetime:
    """In UTC. Raises Never."""
    # Both passes share their local times, so inside a repeat the order of local times is not that of the runs.
    local = to_local(moment, zone).replace(microsecond=0)
    repeat = repeat_around(local, zone)
    if repeat is None:
        return _next_outside(times, local, zone)
    fold = moment.astimezone(zone).fold
    for start, pass_ in _passes(times, local, repeat, fold):
        found = next_second(times, start)
        if found < repeat.end:
            return to_utc(found, zone, fold=pass_)
    return _next_outside(times, repeat.end - SECOND, zone)


def _passes(times: Times, local: datetime, repeat: Repeat, fold: int) -> Iterator[tuple[datetime, int]]:
    """Where to search in the passes that are left: (after which local time, in which pass)."""
    if fold == 0:
        yield local, 0
    if times.counts_elapsed_time:
        yield (local if fold else repeat.begin - SECOND), 1


def _next_outside(times: Times, local: datetime, zone: ZoneInfo) -> datetime:
    """A repeat that lies ahead is met in its first pass."""
    found = next_second(times, local)
    while (end := end_of_gap(found, zone)) is not None:
        if not times.counts_elapsed_time:
            return end
        found = next_second(times, to_local(end, zone) - SECOND)
    return to_utc(found, zone)
