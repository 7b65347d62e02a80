"""The days of a schedule in words."""

from jobs.schedule.number_words import Unit, named, numbered
from jobs.schedule.times import Times

_DAY = Unit("day", 31)
_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    *("", "January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def describe_day(times: Times, *, unrestricted: str = "") -> str:
    """`on Saturday`, `on day 1 of every month`, `on 1 January`; `unrestricted` stands where each day will do."""
    day = numbered(times.day.values, _DAY) if len(times.day.values) < 31 else ""
    weekday = named(times.weekday.values, _WEEKDAYS) if len(times.weekday.values) < 7 else ""
    months = named(times.month.values, _MONTHS) if len(times.month.values) < 12 else ""
    if times.either_day:
        either = f"on {day} of the month or on {weekday}" if day and weekday else unrestricted
        return _in(either, months)
    if day and weekday:
        return _in(f"on {weekday} and only on {day} of the month", months)
    if day:
        return _on(times, day, months)
    return _in(f"on {weekday}" if weekday else unrestricted, months)


def _on(times: Times, day: str, months: str) -> str:
    """`on 1 January`, `on days 1 and 15 of every month`."""
    if len(times.day.values) == len(times.month.values) == 1:
        return f"on {times.day.values[0]} {months}"
    return f"on {day} of {months or 'every month'}"


def _in(days: str, months: str) -> str:
    return f"{days} in {months}".strip() if months else days
