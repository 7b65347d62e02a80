"""From one local second to the next one that six fields name, on a calendar without a zone."""

from datetime import datetime
from functools import lru_cache

from cronsim import CronSim

from jobs.schedule.errors import Never
from jobs.schedule.field import Field
from jobs.schedule.times import KINDS, Times


def next_second(times: Times, after: datetime) -> datetime:
    """Raises Never when none comes within 50 years, as in the year 9999."""
    try:
        return next(CronSim(_expression(times), after))
    except (StopIteration, OverflowError):
        raise Never(f"no run comes after {after:%Y-%m-%d}") from None


@lru_cache(maxsize=256)
def _expression(times: Times) -> str:
    """cronsim gets numbers only, so that nothing of its own grammar takes part."""
    clock = [_numbers(field, count) for field, count in ((times.second, 60), (times.minute, 60), (times.hour, 24))]
    month = _numbers(times.month, 12)
    return " ".join([*clock, _day(times.day, KINDS[3].values), month, _day(times.weekday, KINDS[5].values)])


def _numbers(field: Field, count: int) -> str:
    return "*" if len(field.values) == count else ",".join(map(str, field.values))


def _day(field: Field, every: tuple[int, ...]) -> str:
    """A star in front makes cronsim want both day fields. `*/99` is the lowest value, which a starred field has."""
    if field.starred:
        return "*" if field.values == every else f"*/99,{','.join(map(str, field.values))}"
    return ",".join(map(str, field.values))
