"""Were all due seconds served, each once? Reads the tables with a connection of its own, and no code of jobsite.

What is due it counts by itself: from the cron's first due second to the end of the watch, one each so many seconds.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2

JOBS = "SELECT cron_due_at, created_at FROM jobs_job WHERE cron_id = %s AND cron_due_at IS NOT NULL"
SKIPS = "SELECT due_at, last_due_at, count FROM jobs_cronskip WHERE cron_id = %s"
# What keeps two beats from the same second, whatever else goes wrong.
GUARD = """SELECT count(*) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'jobs_job'::regclass AND indisunique AND indisvalid AND relname = 'job_once_per_due_second'"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A cron: its first due second, the seconds between two, and which second of the minute it falls on, modulo that.

    `phase` is None for one that counts elapsed time.
    """

    key: int
    first: datetime
    period: int
    phase: int | None


@dataclass(slots=True)
class Found:
    """What is wrong, in words, and the figures."""

    due: int = 0
    missed: int = 0
    double: int = 0
    skipped: int = 0
    late: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, float]:
        return {"due": self.due, "missed": self.missed, "double": self.double, "late_p99_s": self._late(0.99)}

    @property
    def late_p50_s(self) -> float:
        return self._late(0.5)

    def _late(self, share: float) -> float:
        late = sorted(self.late)
        return round(late[min(int(len(late) * share), len(late) - 1)], 4) if late else 0.0


def check(address: dict[str, Any], crons: list[Watched], *, until: datetime) -> Found:
    """`until`: by then all beats had the time to serve what was due."""
    found = Found()
    connection = psycopg2.connect(**address)
    with connection, connection.cursor() as cursor:
        cursor.execute(GUARD)
        if cursor.fetchone() != (1,):
            found.wrong.append("the unique index on (cron, due second) is not there")
        for cron in crons:
            cursor.execute(JOBS, [cron.key])
            jobs = cursor.fetchall()
            cursor.execute(SKIPS, [cron.key])
            _match(found, cron, until, jobs, cursor.fetchall())
    connection.close()
    return found


def _match(found: Found, cron: Watched, until: datetime, jobs: list[Any], skips: list[Any]) -> None:
    """One to one: each second that was due to a job, or to one second of a recorded skip."""
    step = timedelta(seconds=cron.period)
    served = Counter(due for due, _ in jobs)
    for first, last, count in skips:
        seconds = _seconds(first, last, step)
        served.update(seconds)
        found.skipped += len(seconds)
        if count != len(seconds):
            found.wrong.append(f"cron {cron.key}: a skip from {first} to {last} counts {count}, not {len(seconds)}")
    due = _seconds(cron.first, max([until, *served]), step)
    missed = [second for second in due if not served[second] and second <= until]
    double = [second for second, times in served.items() if times > 1]
    expected = set(due)
    stray = [second for second in served if second not in expected or not _in_phase(cron, second)]
    found.due, found.missed, found.double = found.due + len(due), found.missed + len(missed), found.double + len(double)
    found.late += [(made - second).total_seconds() for second, made in jobs]
    for words, wrong in (("missed", missed), ("twice", double), ("not due", stray)):
        found.wrong += [f"cron {cron.key}: {words}: {second.astimezone(UTC):%H:%M:%S}" for second in wrong[:10]]


def _in_phase(cron: Watched, second: datetime) -> bool:
    return cron.phase is None or second.second % cron.period == cron.phase


def _seconds(first: datetime, last: datetime, step: timedelta) -> list[datetime]:
    return [first + number * step for number in range((last - first) // step + 1)]
