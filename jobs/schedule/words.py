"""A schedule in words: `at 03:54:57 every day`, `every 15 minutes`."""

from datetime import timedelta
from itertools import product

from jobs.schedule.day_words import describe_day
from jobs.schedule.number_words import Unit, join, numbered, plural, rate
from jobs.schedule.times import Times

_SECOND, _MINUTE, _HOUR = Unit("second", 60), Unit("minute", 60), Unit("hour", 24)
# So many times of a day are told one by one.
_FEW = 4


def describe_every(span: timedelta) -> str:
    """`every 1 hour 30 minutes from when it is saved`"""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
    words = [plural(number, name) for number, name in parts if number]
    told = words[0].removeprefix("1 ") if len(words) == 1 else " ".join(words)
    return f"every {told} from when it is saved"


def describe_times(times: Times) -> str:
    second, minute, hour = times.second.values, times.minute.values, times.hour.values
    on_the_hour = second == minute == (0,)
    if on_the_hour and times.hour.starred and (every := rate(hour, _HOUR)):
        return f"{every} {describe_day(times)}".strip()
    if len(second) * len(minute) * len(hour) <= _FEW:
        clock = join([f"{h:02}:{m:02}:{s:02}" for h, m, s in product(hour, minute, second)])
        return f"at {clock} {describe_day(times, unrestricted='every day')}"
    units = [(second, _SECOND), (minute, _MINUTE), (hour, _HOUR)]
    return f"{_from_finest(units[1:] if second == (0,) else units)} {describe_day(times)}".strip()


def _from_finest(units: list[tuple[tuple[int, ...], Unit]]) -> str:
    """`every 15 minutes in hours 9 to 17`, `at second 5 of every minute`."""
    (values, unit), *coarser = units
    every = rate(values, unit)
    words = [every or f"at {numbered(values, unit)}"]
    is_open = every is None
    for values, unit in coarser:
        if len(values) < unit.count:
            words.append(f"in {numbered(values, unit)}")
            is_open = True
        elif is_open:
            words.append(f"of every {unit.name}")
            is_open = False
    return " ".join(words)
