"""fire: one due cron makes its jobs, or records why not, and moves on to its next run, in one transaction."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.clock import database_now
from jobs.engine.crons.decision import Policy, decide, spans
from jobs.engine.crons.dues import Dues, dues_until
from jobs.engine.crons.enable import disable_locked
from jobs.engine.crons.skip import record_skips
from jobs.engine.crons.spec import read_times, submission_of
from jobs.engine.enqueue import Enqueued, enqueue_each
from jobs.engine.errors import InvalidSubmission, JobEnded
from jobs.engine.submission import Submission
from jobs.models import Cron, CronSkip, Job
from jobs.schedule import Never

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A cron that was looked at. `again`: it is still due, and the others have their turn first."""

    cron_id: int
    failed: bool = False
    again: bool = False


@transaction.atomic
def fire(*, by: Actor, passed_over: Collection[int] = ()) -> Fired | None:
    """Fire the cron that is due first, of those that no other beat is at; None if there is none.

    Beats side by side share nothing but the row's lock: whoever has it fires, and the others find it advanced.
    """
    due = Cron.objects.filter(enabled=True, next_run_at__lte=Now()).order_by("next_run_at")
    waiting = due.exclude(pk__in=passed_over) if passed_over else due
    cron = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if cron is None:
        return None
    try:
        with transaction.atomic():
            return Fired(cron_id=cron.pk, again=_fire(cron, by=by))
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        # It stays due, and its reason is in the log: the others are none the worse.
        logger.exception("cron not fired", extra={"cron": cron.name})
        return Fired(cron_id=cron.pk, failed=True)


def _fire(cron: Cron, *, by: Actor) -> bool:
    """Whether it is still due."""
    now = database_now()
    try:
        dues = _dues(cron, until=now)
    except (InvalidSubmission, Never) as error:
        # Stored by another version, or a zone that is gone. Whoever repairs it enables it.
        disable_locked(cron, by=by, reason=f"its schedule can not be read any more: {error}")
        return False
    decision = decide(dues.seconds, now=now, policy=_policy(cron), busy=_is_busy(cron), more=dues.more)
    record_skips(cron, decision.skips)
    made = _make_jobs(cron, decision.fire, by=by)
    last_run = made[-1].cron_due_at if made else cron.last_run_at
    Cron.objects.filter(pk=cron.pk, next_run_at=cron.next_run_at).update(
        next_run_at=dues.following, last_run_at=last_run
    )
    if made and cron.overlap == Cron.Overlap.REPLACE:
        # After the INSERT: names of locks are locked before rows of jobs.
        _cancel_all_but(made, cron, by=by)
    return dues.more


def _dues(cron: Cron, *, until: datetime) -> Dues:
    schedule, zone = read_times(cron.schedule, cron.timezone)
    return dues_until(until, first=cron.next_run_at or until, schedule=schedule, zone=zone)


def _policy(cron: Cron) -> Policy:
    return Policy(misfire=cron.misfire, grace=timedelta(seconds=cron.grace_seconds), overlap=cron.overlap)


def _is_busy(cron: Cron) -> bool:
    """Whether a job of it has not ended; its retries count."""
    return cron.overlap == Cron.Overlap.FORBID and Job.objects.filter(cron=cron.pk, ended_at=None).exists()


def _make_jobs(cron: Cron, seconds: list[datetime], *, by: Actor) -> list[Job]:
    """As any other job is made. What is refused becomes a skip with the reason."""
    if not seconds:
        return []
    job = submission_of(cron)
    try:
        enqueued = _enqueue(job, seconds, by=by)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - an action computes its locks in code of its own
        why = str(error) if isinstance(error, InvalidSubmission) else f"{type(error).__name__}: {error}"
        record_skips(cron, spans(seconds, dict.fromkeys(seconds, CronSkip.Code.INVALID)), why=why)
        logger.warning("cron skipped", extra={"cron": cron.name, "reason": why})
        return []
    refused = [due for due, each in enqueued.items() if not each.new]
    record_skips(cron, spans(seconds, dict.fromkeys(refused, CronSkip.Code.UNIQUE)))
    return [each.job for each in enqueued.values() if each.new]


def _enqueue(job: Submission, seconds: list[datetime], *, by: Actor) -> dict[datetime, Enqueued]:
    """By due second, without those that have their job already."""
    try:
        wanted = [replace(job, scheduled_at=due, cron_due_at=due) for due in seconds]
        return dict(zip(seconds, enqueue_each(wanted, by=by), strict=True))
    except IntegrityError:
        # The unique index is the last word: a second that has its job gets no other.
        had = set(Job.objects.filter(cron=job.cron_id, cron_due_at__in=seconds).values_list("cron_due_at", flat=True))
        if not had:
            raise
        return _enqueue(job, [due for due in seconds if due not in had], by=by) if had < set(seconds) else {}


def _cancel_all_but(made: list[Job], cron: Cron, *, by: Actor) -> None:
    older = Job.objects.filter(cron=cron.pk, ended_at=None).exclude(pk__in=[job.pk for job in made])
    for uuid in older.values_list("uuid", flat=True):
        try:
            cancel(uuid, by=by, reason=f"replaced by job {made[-1].pk} of the same cron")
        except JobEnded:
            # By itself, just now.
            continue
