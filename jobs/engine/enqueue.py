"""enqueue: insert a waiting job, and ring for it after the commit."""

from collections.abc import Iterable
from datetime import datetime

import uuid_utils.compat
from django.db import IntegrityError, transaction

from jobs import doorbell
from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.classes import KnownClass, class_for, forget_classes
from jobs.engine.clock import database_now
from jobs.engine.submission import Checked, Submission, check, configured_parameters
from jobs.models import Job

BATCH = 1000


def enqueue(submission: Submission, *, by: Actor) -> Job:
    """Check, store and announce one job. Raises InvalidSubmission; nothing is stored then."""
    return enqueue_many([submission], by=by)[0]


def enqueue_many(submissions: Iterable[Submission], *, by: Actor) -> list[Job]:
    """Like enqueue for many at once: all or none, one INSERT per thousand, one bell per class and free slot."""
    wanted = list(submissions)
    configured = configured_parameters(submission.action for submission in wanted)
    checked = [check(submission, configured=configured) for submission in wanted]
    try:
        return _store(checked, by=by)
    except IntegrityError:
        # A class that this process remembered was dropped meanwhile, being unused.
        forget_classes()
        return _store(checked, by=by)


@transaction.atomic
def _store(checked: list[Checked], *, by: Actor) -> list[Job]:
    now = database_now()
    classes = [class_for(item.needs) for item in checked]
    jobs = [_row(item, known, now) for item, known in zip(checked, classes, strict=True)]
    Job.objects.bulk_create(jobs, batch_size=BATCH)
    _audit(jobs, by=by)
    transaction.on_commit(lambda: _ring(jobs, classes, now))
    return jobs


def _row(item: Checked, known: KnownClass, now: datetime) -> Job:
    sent = item.submission
    scheduled_at = sent.scheduled_at or now
    return Job(
        uuid=uuid_utils.compat.uuid7(),
        action=sent.action,
        parameters=sent.parameters,
        capacity_map=item.capacity_map,
        capacity_class_id=known.id,
        priority=sent.priority,
        due=scheduled_at <= now,
        locks=item.locks,
        retries_total=item.retries,
        retries_left=item.retries,
        deadline_text=item.deadline_text,
        deadline=item.deadline,
        stop_timeout_text=item.stop_timeout_text,
        stop_timeout=item.stop_timeout,
        created_at=now,
        scheduled_at=scheduled_at,
        status_changed_at=now,
        next=sent.next,
        comment=sent.comment,
        ticket_ref=sent.ticket_ref,
        scheduled_by=sent.scheduled_by,
        cron_id=sent.cron_id,
        cron_due_at=sent.cron_due_at,
    )


def _audit(jobs: list[Job], *, by: Actor) -> None:
    """One row for a job; one for a bulk, which names its first and how many.

    None for a cron's due second: nobody asked, and the job names both (docs/adr/0016).
    """
    first = jobs[0] if jobs else None
    if first is None or first.cron_due_at is not None:
        return
    after = {"action": first.action, "parameters": first.parameters, "number": first.pk}
    audit(
        "enqueue",
        by=by,
        object_type="job",
        object_id=first.uuid,
        after=after if len(jobs) == 1 else {**after, "jobs": len(jobs), "last_number": jobs[-1].pk},
    )


def _ring(jobs: list[Job], classes: list[KnownClass], now: datetime) -> None:
    """One bell for each class: a slot that takes it rings on while work and capacity are left."""
    ready = {known.name for job, known in zip(jobs, classes, strict=True) if job.due}
    soonest: dict[str, float] = {}
    for job, known in zip(jobs, classes, strict=True):
        seconds = (job.scheduled_at - now).total_seconds()
        if not job.due and seconds <= doorbell.SOON_SECONDS:
            soonest[known.name] = min(seconds, soonest.get(known.name, seconds))
    for name in ready:
        doorbell.ring(name)
    for name, seconds in soonest.items():
        doorbell.ring(name, due_in=seconds)
