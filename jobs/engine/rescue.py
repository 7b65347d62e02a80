"""rescue: end what runs on workers whose lease is over, or in processes that are gone."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.attempt import Attempt, announce, fresh_attempt, next_attempt
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.delete import remove
from jobs.engine.hold import release_stale
from jobs.engine.lines import free_locks, held_by, lock_names
from jobs.engine.rows import django_rows
from jobs.models import Job
from jobs.models.queryset import JobQuerySet
from jobs.states import Status
from locks.models import JobLock
from workers.models import Worker, WorkerState


@transaction.atomic
def rescue(*, by: Actor) -> int:
    """End every row that occupies a worker which is dead, was stopped, or has started anew. Returns how many.

    On every pass and not once at the change: a hand-over that races the first pass leaves a running row behind.
    """
    lost = Worker.objects.filter(lease_until__lt=Now(), state__in=[WorkerState.RUNNING, WorkerState.DRAINING])
    for name, state in list(lost.values_list("name", "state")):
        if lost.filter(name=name).update(state=WorkerState.DEAD):
            change = {"before": state, "after": WorkerState.DEAD.value, "reason": "its lease ended without a word"}
            audit("worker_dead", by=by, object_type="worker", object_id=name, **change)
    release_stale()
    return _end(Job.objects.occupying().filter(_on_a_dead_worker()), Status.WORKER_DEAD, "its worker died", by=by)


@transaction.atomic
def end_slots(slot_names: Iterable[str], *, status: Status, why: str, by: Actor) -> int:
    """End what these slots hold: their processes are gone, as the worker that forked them has seen."""
    return _end(Job.objects.occupying().filter(slot__in=list(slot_names)), status, why, by=by)


def end_lost(lock: str, *, why: str, by: Actor) -> int:
    """End what holds this lock on workers whose lease is over, without waiting for the next pass."""
    holds = Exists(JobLock.objects.filter(lock=lock, job=OuterRef("pk")))
    jobs = Job.objects.occupying().filter(holds).filter(_on_a_dead_worker())
    return _end(jobs, Status.WORKER_DEAD, why, by=by)


def _on_a_dead_worker() -> Q:
    worker = Worker.objects.filter(pk=OuterRef("worker_id"))
    holds = worker.filter(
        state__in=[WorkerState.RUNNING, WorkerState.DRAINING],
        lease_until__gt=Now(),
        # The slot's name begins with the boot id: another boot's slots are gone with it.
        boot_id=Func(OuterRef("slot"), Value(":"), Value(1), function="split_part"),
    )
    return ~Q(Exists(holds))


def _end(jobs: JobQuerySet, status: Status, why: str, *, by: Actor) -> int:
    # Names before rows, as everywhere. What has taken a lock since is left to the next pass.
    names = held_by(jobs.values_list("pk", flat=True))
    lock_names(names)
    columns = ("uuid", "status", "action", "retries_left", "retries_total", "retry_asked")
    late = Exists(JobLock.objects.filter(job=OuterRef("pk")).exclude(lock__in=names))
    rows = list(jobs.exclude(late).select_for_update(skip_locked=True).only(*columns))
    free_locks([job.pk for job in rows], names=names)
    for job in rows:
        if job.status == Status.DELETED:
            remove(job)
            audit("remove", by=by, object_type="job", object_id=job.uuid, before=Status.DELETED.value, reason=why)
        else:
            _end_one(job, status, why, by=by)
    return len(rows)


def _end_one(job: Job, status: Status, why: str, *, by: Actor) -> None:
    before = job.status
    after = Status.CANCELED if before == Status.CANCEL_REQUEST else status
    error = {"message": why, "type": status.value, "args": [why], "traceback": ""}
    Job.objects.filter(pk=job.pk, status=before).update(
        status=after, ended_at=CLOCK, status_changed_at=CLOCK, exception=error
    )
    audit("rescue", by=by, object_type="job", object_id=job.uuid, before=before, after=after.value, reason=why)
    if made := _next(job, before):
        transaction.on_commit(partial(announce, made))


def _next(job: Job, before: str) -> Attempt | None:
    if job.retry_asked:
        return fresh_attempt(django_rows, job.pk)
    # Nobody wants what a person had asked to stop run again, though its worker died over it.
    return next_attempt(django_rows, job) if before == Status.RUNNING else None
