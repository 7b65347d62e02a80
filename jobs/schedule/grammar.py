"""The text of a schedule: six fields, seconds first, or a macro."""

import re
from datetime import timedelta

from jobs import durations
from jobs.schedule.errors import InvalidSchedule, Never
from jobs.schedule.field import read_field
from jobs.schedule.schedule import Schedule
from jobs.schedule.times import KINDS, Times

# What the database keeps of the text.
MAX_LENGTH = 200
MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_FORM = "sec min hour day-of-month month day-of-week, for example 0 0 3 * * *"
_SECOND = timedelta(seconds=1)


def parse(text: str) -> Schedule:
    """Raises InvalidSchedule with the field, and a text that says what would be right."""
    if len(text) > MAX_LENGTH:
        raise InvalidSchedule(f"the schedule has {len(text)} characters, more than {MAX_LENGTH}; use {_FORM}")
    if strange := re.search(r"[^\t -~]", text):
        raise InvalidSchedule(f"the schedule holds {strange[0]!r}; use only plain letters and digits: {_FORM}")
    words = text.split()
    if not words:
        raise InvalidSchedule(f"the schedule is empty; use {_FORM}")
    if words[0] == "@every":
        return Schedule(text, _read_every(words[1:]))
    if words[0].startswith("@"):
        return Schedule(text, _read_macro(words))
    return Schedule(text, _read_times(words))


def _read_every(words: list[str]) -> timedelta:
    """Runs are whole seconds, so a part of one counts as one."""
    try:
        (word,) = words
        span = durations.parse(word) or timedelta(0)
    except ValueError:
        span = timedelta(0)
    if span < _SECOND:
        raise InvalidSchedule(
            f"{' '.join(words)[:60]!r} is not a span from 1 second to 365 days; use for example @every 1h30m"
        )
    return -(-span // _SECOND) * _SECOND


def _read_macro(words: list[str]) -> Times:
    macro = " ".join(words)
    if macro not in MACROS:
        raise InvalidSchedule(f"{macro[:60]!r} is none of {', '.join(MACROS)}, @every 1h30m")
    return _read_times(MACROS[macro].split())


def _read_times(words: list[str]) -> Times:
    _need_six(words)
    times = Times(*map(read_field, words, KINDS))
    if not times.ever_comes:
        raise Never(
            f"the day-of-month {words[3]!r} never comes in the month {words[4]!r}; use for example 0 0 3 28 2 *",
            field="day-of-month",
        )
    return times


def _need_six(words: list[str]) -> None:
    """Five are a line of a Unix crontab: taken for six with one missing it would run at other times."""
    line = " ".join(words)
    if len(words) == 5:
        raise InvalidSchedule(f"{line!r} has five fields, and the first of six are the seconds; write 0 {line}")
    if len(words) != 6:
        raise InvalidSchedule(f"{line[:60]!r} has not six fields but {len(words)}; use {_FORM}")
