"""What the rules say, told a second time and naively: by walking through every second of a zone around its changes.

It shares no code with jobs.schedule: it reads the fields its own way, and knows of UTC only what zoneinfo answers.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
AROUND = 3 * HOUR
LIMITS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
WORDS = {
    name: number
    for names, first in (
        ("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", 1),
        ("SUN MON TUE WED THU FRI SAT", 0),
    )
    for number, name in enumerate(names.split(), first)
}


def number(word: str) -> int:
    return WORDS[word.upper()] if word.upper() in WORDS else int(word)


def hits(text: str, value: int, low: int, high: int) -> bool:
    """Whether one field lets one value pass."""
    for part in text.split(","):
        base, _, step = part.partition("/")
        if base in {"*", "?"}:
            first, last = low, high
        elif "-" in base:
            first, last = (number(word) for word in base.split("-"))
        else:
            first = number(base)
            last = high if step else first
        if first <= value <= last and (value - first) % int(step or 1) == 0:
            return True
    return False


class Rules:
    """An expression of six fields, as sets of what each lets pass."""

    def __init__(self, expression: str) -> None:
        self.texts = expression.split()
        # Only a day of the week that stands alone may be 7.
        self.texts[5] = ",".join("0" if part == "7" else part for part in self.texts[5].split(","))
        self.sets = [
            {value for value in range(low, high + 1) if hits(text, value, low, high)}
            for text, (low, high) in zip(self.texts, LIMITS, strict=True)
        ]
        self.elapsed = self.texts[2].startswith("*")

    def day(self, day: date) -> bool:
        _, _, _, days, months, weekdays = self.sets
        of_month, of_week = day.day in days, day.isoweekday() % 7 in weekdays
        if self.texts[3][0] in "*?" or self.texts[5][0] in "*?":
            return day.month in months and of_month and of_week
        return day.month in months and (of_month or of_week)

    def minute(self, minute: datetime) -> bool:
        return minute.minute in self.sets[1] and minute.hour in self.sets[2] and self.day(minute.date())

    def local(self, local: datetime) -> bool:
        return local.second in self.sets[0] and self.minute(local)


@dataclass
class Window:
    """Every second around a moment: by local minute, (local second, moment, whether this local time is a new one)."""

    start: datetime
    end: datetime
    minutes: dict[datetime, list[tuple[int, datetime, bool]]] = field(default_factory=lambda: defaultdict(list))
    # Local times that the zone leaves out, with the first moment after them.
    missing: list[tuple[datetime, datetime]] = field(default_factory=list)

    def expected(self, rules: Rules) -> list[datetime]:
        found: set[datetime] = set()
        for minute, seconds in self.minutes.items():
            if rules.minute(minute):
                found |= {
                    moment for second, moment, new in seconds if second in rules.sets[0] and (new or rules.elapsed)
                }
        if not rules.elapsed:
            found |= {after for local, after in self.missing if rules.local(local)}
        return sorted(found)


def walk(around: datetime, zone: ZoneInfo) -> Window:
    window = Window(around - AROUND, around + AROUND)
    seen: set[datetime] = set()
    last: datetime | None = None
    moment = window.start
    minute = moment.astimezone(zone).replace(tzinfo=None, fold=0, second=0)
    while moment <= window.end:
        local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        while last is not None and (last := last + SECOND) < local:
            window.missing.append((last, moment))
        if not 0 <= (local - minute).total_seconds() < 60:
            minute = local.replace(second=0)
        window.minutes[minute].append((local.second, moment, local not in seen))
        seen.add(local)
        last = local
        moment += SECOND
    return window


def changes(zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[datetime]:
    """The seconds at which the offset of the zone becomes another, looked for day by day, then closer."""
    moment, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    while moment < end:
        following = moment + timedelta(days=1)
        if _offset(moment, zone) != _offset(following, zone):
            found = moment
            for width in (HOUR, timedelta(minutes=1), SECOND):
                while _offset(found + width, zone) == _offset(moment, zone):
                    found += width
            yield found + SECOND
        moment = following


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
