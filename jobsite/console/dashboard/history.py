"""What ended in the last hour or day, in steps of equal length, and how long it had waited: read from a bounded sample.

Of each step at most a sample of jobs is read, by the index on their end. Where there were more, the amounts are
estimated from how long those took to end, and said to be estimates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from jobs.engine.clock import database_now
from jobs.engine.rows import django_rows
from jobs.states import Status

# Percentiles in seconds, of those that started. The row without a time is of all spans together.
_ENDED = """
WITH sample AS (
    SELECT bucket.at, ended.* FROM unnest(%(buckets)s::timestamptz[]) AS bucket(at)
    CROSS JOIN LATERAL (
        SELECT status, ended_at, CASE WHEN started_at IS NOT NULL THEN
            greatest(0, extract(epoch FROM started_at - greatest(scheduled_at, created_at))) END AS queued
        FROM jobs_job WHERE ended_at >= bucket.at AND ended_at < bucket.at + %(step)s
        ORDER BY ended_at LIMIT %(sample)s) AS ended)
SELECT at, status, count(*), max(ended_at), percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY queued)
FROM sample GROUP BY GROUPING SETS ((at, status), (at), ())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How far back, in how many steps of how many jobs, and for how many seconds all who look share one reading."""

    name: str
    step: timedelta
    steps: int
    sample: int
    shared_for: int


HOUR = Span(name="hour", step=timedelta(minutes=1), steps=60, sample=250, shared_for=5)
DAY = Span(name="day", step=timedelta(minutes=15), steps=96, sample=100, shared_for=60)


@dataclass(slots=True, kw_only=True)
class Bucket:
    """The jobs that ended in one step; `p50` and `p95` are seconds in the queue, none where nothing started."""

    begin: datetime
    end: datetime
    ended: dict[str, int] = field(default_factory=dict)
    p50: float | None = None
    p95: float | None = None
    is_estimated: bool = False

    @property
    def total(self) -> int:
        return sum(self.ended.values())

    def amount(self, *statuses: str) -> str:
        """How many ended so; without a status, how many in all. `about 1,200` where that is an estimate."""
        number = sum(self.ended.get(status, 0) for status in statuses) if statuses else self.total
        return f"about {number:,}" if self.is_estimated and number else f"{number:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    span: Span
    buckets: list[Bucket]
    whole: Bucket


def history(span: Span) -> History:
    found: History = cache.get_or_set(f"dashboard-{span.name}", lambda: read(span, database_now()), span.shared_for)  # type: ignore[assignment]
    return found


def read(span: Span, now: datetime) -> History:
    """The last step is the one that `now` falls into."""
    end = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % span.step + span.step
    begins = [end - span.step * back for back in range(span.steps, 0, -1)]
    rows = django_rows(_ENDED, {"buckets": begins, "step": span.step, "sample": span.sample})
    buckets = {at: Bucket(begin=at, end=at + span.step) for at in begins}
    whole = Bucket(begin=begins[0], end=end)
    _fill_statuses(buckets, rows)
    _fill_totals(buckets, whole, rows, now=now, sample=span.sample)
    for bucket in buckets.values():
        for status, count in bucket.ended.items():
            whole.ended[status] = whole.ended.get(status, 0) + count
    return History(span=span, buckets=list(buckets.values()), whole=whole)


def _fill_statuses(buckets: dict[datetime, Bucket], rows: Iterable[tuple[Any, ...]]) -> None:
    for at, status, count, _, _ in rows:
        if status is not None:
            buckets[at].ended[Status(status).value] = count


def _fill_totals(
    buckets: dict[datetime, Bucket], whole: Bucket, rows: Iterable[tuple[Any, ...]], *, now: datetime, sample: int
) -> None:
    for at, status, count, last, percentiles in rows:
        if status is not None:
            continue
        bucket = whole if at is None else buckets[at]
        bucket.p50, bucket.p95 = (float(value) for value in percentiles) if percentiles else (None, None)
        if at is not None and count >= sample:
            _estimate(bucket, last, now)
            whole.is_estimated = True


def _estimate(bucket: Bucket, last: datetime, now: datetime) -> None:
    """The whole step from its beginning."""
    read_for = max(last - bucket.begin, timedelta(microseconds=1))
    factor = (min(bucket.end, now) - bucket.begin) / read_for
    bucket.is_estimated = True
    bucket.ended = {status: round(count * max(1.0, factor)) for status, count in bucket.ended.items()}
