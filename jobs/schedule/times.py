"""The six fields of a schedule, seconds first, and which local seconds they mean together."""

from dataclasses import dataclass

from jobs.schedule.field import Field, Kind

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

KINDS = (
    Kind(name="second", low=0, high=59, example="0, 5,35 or */15"),
    Kind(name="minute", low=0, high=59, example="0, 5,35 or */15"),
    Kind(name="hour", low=0, high=23, example="3, 9-17 or */6"),
    Kind(name="day-of-month", low=1, high=31, example="1, 1-7 or ?", is_day=True),
    Kind(name="month", low=1, high=12, example="1, JAN,JUL or */3", names=MONTHS),
    Kind(name="day-of-week", low=0, high=6, example="6, MON-FRI, 5,6,0 or ?", names=DAYS, is_day=True),
)


@dataclass(frozen=True, slots=True)
class Times:
    """Six fields. A field that begins with `*` is called starred, `*/2` too."""

    second: Field
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def counts_elapsed_time(self) -> bool:
        """With `*` in the hours a run means "so long after the last one"; else it means a time on the wall."""
        return self.hour.starred

    @property
    def either_day(self) -> bool:
        """Both day fields restrict: a day needs to match one of them. Else it matches both."""
        return not self.day.starred and not self.weekday.starred

    @property
    def ever_comes(self) -> bool:
        """29 February falls on each day of the week within 40 years, so only the length of months decides."""
        return self.either_day or self.day.values[0] <= max(_LONGEST[month - 1] for month in self.month.values)
