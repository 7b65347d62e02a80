"""Recorded skips: the due seconds that made no job."""

from collections.abc import Iterable
from datetime import UTC, datetime

from jobs.engine.actor import Actor
from jobs.engine.audit import audit_event
from jobs.engine.clock import database_now
from jobs.engine.crons.decision import Span
from jobs.engine.crons.dues import dues_until
from jobs.engine.crons.spec import read_times
from jobs.engine.errors import InvalidSubmission
from jobs.engine.rows import django_rows
from jobs.models import AuditEvent
from jobs.models.cron import Cron, CronSkip

# Spans, of crons whose rows are locked. What begins at the cron's next run, as stored, makes its newest span longer if
# that has the same code and no job was made since: an hour in which a cron of each second is in its own way is one row.
# Whoever asks for recent spans, or prunes old ones, goes by their ends. A second that was recorded stays as it was.
_RECORD = """WITH wanted AS (
    SELECT * FROM unnest(%(crons)s::bigint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[], %(counts)s::int[],
        %(codes)s::text[], %(reasons)s::text[]) AS wanted(cron_id, due_at, last_due_at, count, code, reason)),
went_on AS (
    UPDATE jobs_cronskip AS skip SET last_due_at = wanted.last_due_at, count = skip.count + wanted.count,
        reason = wanted.reason, skipped_at = now()
    FROM wanted JOIN jobs_cron AS cron ON cron.id = wanted.cron_id AND cron.next_run_at = wanted.due_at
    WHERE skip.cron_id = wanted.cron_id AND skip.code = wanted.code AND skip.last_due_at < wanted.due_at
    AND skip.last_due_at > coalesce(cron.last_run_at, '-infinity')
    AND skip.due_at = (SELECT max(due_at) FROM jobs_cronskip WHERE cron_id = wanted.cron_id)
    RETURNING wanted.cron_id, wanted.due_at)
INSERT INTO jobs_cronskip (cron_id, due_at, last_due_at, count, code, reason)
SELECT * FROM wanted WHERE (cron_id, due_at) NOT IN (SELECT cron_id, due_at FROM went_on)
ON CONFLICT DO NOTHING RETURNING cron_id, due_at"""


def skip_rows(cron: Cron, spans: Iterable[Span], *, why: str = "") -> list[CronSkip]:
    """One row a span, not saved yet. `why` adds to the words of its code."""
    return [
        CronSkip(
            cron=cron,
            due_at=span.first,
            last_due_at=span.last,
            count=span.count,
            code=span.code,
            reason=f"{span.code.label}{': ' if why else ''}{why}"[:500],
        )
        for span in spans
    ]


def record_skips(skips: Iterable[CronSkip], *, by: Actor) -> None:
    """Two statements at most, and none for none. The audit gets a row where a span begins, and none while it grows."""
    found = {(skip.cron_id, skip.due_at): skip for skip in skips}
    if not found:
        return
    wanted = {
        "crons": [skip.cron_id for skip in found.values()],
        "firsts": [skip.due_at for skip in found.values()],
        "lasts": [skip.last_due_at for skip in found.values()],
        "counts": [skip.count for skip in found.values()],
        "codes": [skip.code for skip in found.values()],
        "reasons": [skip.reason for skip in found.values()],
    }
    begun = [found[cron, due_at] for cron, due_at in django_rows(_RECORD, wanted)]
    AuditEvent.objects.bulk_create(_event(skip, by=by) for skip in begun)


def _event(skip: CronSkip, *, by: Actor) -> AuditEvent:
    after = {"code": skip.code, "dueAt": f"{skip.due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return audit_event("skip", by=by, object_type="cron", object_id=skip.cron.name, after=after, reason=skip.reason)


def skip_overdue(cron: Cron, *, code: CronSkip.Code, reason: str, by: Actor) -> bool:
    """Record what was due, and not fired yet, before a change. False if nothing was. Hold the cron's row."""
    now = database_now()
    if cron.next_run_at is None or cron.next_run_at > now:
        return False
    span = _overdue(cron, cron.next_run_at, now, code)
    record_skips(skip_rows(cron, [span], why=reason), by=by)
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
