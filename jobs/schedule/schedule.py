"""A schedule that was read: when it is due, and what it is in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.schedule.errors import Never
from jobs.schedule.times import Times
from jobs.schedule.walk import next_time_after
from jobs.schedule.words import describe_every, describe_times


@dataclass(frozen=True, slots=True)
class Schedule:
    """Made by `parse`; equal texts are equal schedules."""

    text: str
    # A span of whole seconds for `@every`.
    rule: timedelta | Times

    @property
    def every(self) -> timedelta | None:
        return self.rule if isinstance(self.rule, timedelta) else None

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first whole second after `moment`, in UTC. `@every` counts from `moment`. Raises Never."""
        try:
            moment = moment.astimezone(UTC)
            if isinstance(self.rule, timedelta):
                return _whole_second(moment + self.rule)
            return next_time_after(self.rule, moment, zone)
        except OverflowError:
            raise Never(f"{self.text!r} has no run after {moment:%Y-%m-%d}") from None

    def runs_after(self, moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """All of them, in order, as far as the calendar goes."""
        while True:
            try:
                moment = self.next_after(moment, zone)
            except Never:
                return
            yield moment

    def describe(self) -> str:
        """In words, as `at 03:54:57 every day`; in the time of the zone that it runs in."""
        return describe_every(self.rule) if isinstance(self.rule, timedelta) else describe_times(self.rule)


def _whole_second(moment: datetime) -> datetime:
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)
