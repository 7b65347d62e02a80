"""enqueue: insert a waiting job, and ring for it after the commit."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import uuid_utils.compat
from django.db import transaction

from jobs import doorbell
from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.chain import dump
from jobs.engine.classes import KnownClass, class_for, forget_classes, plain_queue
from jobs.engine.insert import ROUNDS, Key, insert_unique
from jobs.engine.lines import wake_lines
from jobs.engine.rows import Rows, django_rows
from jobs.engine.sql import PAUSED_ACTIONS
from jobs.engine.submission import Checked, Submission, check, configured_parameters
from jobs.models import Job
from jobs.seal.form import sealed_in
from jobs.seal.keys import name_of_first

BATCH = 1000
_MOMENT = f"""SELECT clock_timestamp(), {PAUSED_ACTIONS},
    ARRAY(SELECT id FROM workers_capacityclass WHERE id = ANY (%s::int[]) FOR KEY SHARE)"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """The job that a submission has come to. Not `new`: one that waited already has the same unique key."""

    job: Job
    new: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """What is the same for all jobs that are made at once."""

    now: datetime
    paused_actions: list[str]
    # Of the classes that were asked for, those that are there. They stay until the transaction has ended.
    classes: list[int]


def enqueue(submission: Submission, *, by: Actor) -> Job:
    """Check, store and announce one job. Raises InvalidSubmission; nothing is stored then."""
    return enqueue_many([submission], by=by)[0]


def enqueue_many(submissions: Iterable[Submission], *, by: Actor) -> list[Job]:
    """Like enqueue for many at once: all or none, one INSERT per thousand, a few bells per class."""
    return [enqueued.job for enqueued in enqueue_each(submissions, by=by)]


def enqueue_each(submissions: Iterable[Submission], *, by: Actor) -> list[Enqueued]:
    """Like enqueue_many, and tells which jobs are new."""
    wanted = list(submissions)
    configured = configured_parameters(wanted)
    return enqueue_checked([check(submission, configured=configured) for submission in wanted], by=by)


def enqueue_checked(checked: list[Checked], *, by: Actor) -> list[Enqueued]:
    """Like enqueue_each for what was checked before."""
    try:
        return _store(checked, by=by)
    except _ClassGone:
        # One that this process remembered was dropped meanwhile, being unused.
        forget_classes()
        return _store(checked, by=by)


class _ClassGone(RuntimeError):
    """Nothing was stored."""


def moment(rows: Rows, *, classes: Iterable[int] = ()) -> Moment:
    """Now, by the database's clock; and a lock on these classes, which whoever drops them wants for itself."""
    return Moment(*rows(_MOMENT, [sorted(set(classes))])[0])


def new_job(item: Checked, class_id: int, at: Moment) -> Job:
    """The row of a submission: the one place where one is made."""
    sent = item.submission
    following = dump(sent.next)
    scheduled_at = sent.scheduled_at or at.now
    has_secrets = any(sealed_in({"parameters": sent.parameters, "next": following}))
    return Job(
        uuid=uuid_utils.compat.uuid7(),
        action=sent.action,
        parameters=sent.parameters,
        dry_run=item.dry_run,
        capacity_map=item.capacity_map,
        capacity_class_id=class_id,
        priority=sent.priority,
        due=scheduled_at <= at.now,
        paused=sent.action in at.paused_actions,
        locks=item.locks,
        # It begins in the line for its first lock, and is woken if that is free: of a hundred thousand that want the
        # same lock, one is ready, and the claims of others do not meet the rest.
        blocked_by=item.locks[0]["name"] if item.locks and scheduled_at <= at.now else None,
        unique_key=item.unique_key,
        retries_total=item.retries,
        retries_left=item.retries,
        deadline_text=item.deadline_text,
        deadline=item.deadline,
        stop_timeout_text=item.stop_timeout_text,
        stop_timeout=item.stop_timeout,
        created_at=at.now,
        scheduled_at=scheduled_at,
        status_changed_at=at.now,
        next=following,
        comment=sent.comment,
        ticket_ref=sent.ticket_ref,
        scheduled_by=sent.scheduled_by,
        cron_id=sent.cron_id,
        cron_due_at=sent.cron_due_at,
        sealed_with=name_of_first() if has_secrets else None,
    )


@transaction.atomic
def _store(checked: list[Checked], *, by: Actor) -> list[Enqueued]:
    classes = [class_for(item.needs) for item in checked]
    at = moment(django_rows, classes=(known.id for known in classes))
    if {known.id for known in classes} - set(at.classes):
        raise _ClassGone
    made = [new_job(item, known.id, at) for item, known in zip(checked, classes, strict=True)]
    stored = _insert(made)
    new = [(enqueued.job, known) for enqueued, known in zip(stored, classes, strict=True) if enqueued.new]
    _audit([job for job, _ in new], by=by)
    for enqueued in stored:
        if not enqueued.new:
            _audit_again(enqueued.job, by=by)
    transaction.on_commit(lambda: wake_lines(job.blocked_by for job, _ in new if job.blocked_by))
    transaction.on_commit(lambda: _ring(new, at.now))
    return stored


def _insert(jobs: list[Job]) -> list[Enqueued]:
    """In their order. The unique index decides which of those with a key are new."""
    Job.objects.bulk_create([job for job in jobs if job.unique_key is None], batch_size=BATCH)
    keyed = _insert_keyed([job for job in jobs if job.unique_key is not None])
    return [Enqueued(job=keyed.get((job.action, job.unique_key), job), new=job.pk is not None) for job in jobs]


def _insert_keyed(jobs: list[Job]) -> dict[Key, Job]:
    """Which of them, or of others, waits under each key. Those that are new have their ids."""
    ours = {job.uuid: job for job in jobs}
    found: dict[Key, Job] = {}
    left = jobs
    for _ in range(ROUNDS):
        if not left:
            return found
        waiting = insert_unique(django_rows, left)
        # Not locked, so that it can be claimed: one that is deleted before it is read made room for ours.
        others = Job.objects.in_bulk([number for number, uuid in waiting.values() if uuid not in ours])
        for key, (number, uuid) in waiting.items():
            if uuid in ours:
                ours[uuid].pk = number
                found[key] = ours[uuid]
            elif number in others:
                found[key] = others[number]
        left = [job for job in left if (job.action, job.unique_key) not in found]
    raise RuntimeError(f"of {len(left)} jobs with unique keys the one in their way was deleted each time")


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


def _audit_again(job: Job, *, by: Actor) -> None:
    reason = "a job with its unique key waits already"
    audit("enqueue_again", by=by, object_type="job", object_id=job.uuid, reason=reason)


def _ring(jobs: list[tuple[Job, KnownClass]], now: datetime) -> None:
    """A slot that takes a bell rings on while work and capacity are left; for many jobs several begin with that."""
    ready = Counter(known.name for job, known in jobs if job.due and not job.paused and not job.blocked_by)
    new = {known.name: plain for _, known in jobs if (plain := plain_queue(known)) is not None}
    soonest: dict[str, float] = {}
    for job, known in jobs:
        seconds = (job.scheduled_at - now).total_seconds()
        if not job.due and not job.paused and seconds <= doorbell.SOON_SECONDS:
            soonest[known.name] = min(seconds, soonest.get(known.name, seconds))
    for name, count in ready.items():
        for _ in range(min(count, doorbell.ENOUGH)):
            doorbell.ring(name)
        if name in new:
            doorbell.ring(name, at=new[name])
    for name, seconds in soonest.items():
        doorbell.ring(name, due_in=seconds)
