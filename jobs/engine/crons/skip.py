"""Recorded skips: the due seconds that made no job."""

from collections.abc import Iterable
from datetime import datetime

from jobs.engine.clock import database_now
from jobs.engine.crons.decision import Span
from jobs.engine.crons.dues import dues_until
from jobs.engine.crons.spec import read_times
from jobs.engine.errors import InvalidSubmission
from jobs.models.cron import Cron, CronSkip


def skip_rows(cron: Cron, spans: Iterable[Span], *, why: str = "") -> list[CronSkip]:
    """One row a span, not saved yet. `why` adds to the words of its code."""
    return [
        CronSkip(
            cron_id=cron.pk,
            due_at=span.first,
            last_due_at=span.last,
            count=span.count,
            code=span.code,
            reason=f"{span.code.label}{': ' if why else ''}{why}"[:500],
        )
        for span in spans
    ]


def record_skips(rows: Iterable[CronSkip]) -> None:
    """A second that was recorded before stays as it was."""
    CronSkip.objects.bulk_create(rows, ignore_conflicts=True)


def skip_overdue(cron: Cron, *, code: CronSkip.Code, reason: str) -> bool:
    """Record what was due, and not fired yet, before a change. False if nothing was. Hold the cron's row."""
    now = database_now()
    if cron.next_run_at is None or cron.next_run_at > now:
        return False
    span = _overdue(cron, cron.next_run_at, now, code)
    record_skips(skip_rows(cron, [span], why=reason))
    return True


def _overdue(cron: Cron, first: datetime, now: datetime, code: CronSkip.Code) -> Span:
    try:
        schedule, zone = read_times(cron.schedule, cron.timezone)
    except InvalidSubmission:
        # It can not be read any more; the second that is stored is all that is known.
        return Span(first=first, last=first, count=1, code=code)
    dues = dues_until(now, first=first, schedule=schedule, zone=zone)
    if dues.more:
        # Nobody waits for their count: a request is behind this.
        return Span(first=first, last=now.replace(microsecond=0), count=None, code=code)
    return Span(first=first, last=dues.seconds[-1], count=len(dues.seconds), code=code)
