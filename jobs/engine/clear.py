"""clear: free a lock by hand whose holder is dead, or have a live holder killed first."""

from enum import Enum

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.asked import asked_by
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.errors import LockHeld, NoSuchLock, ReasonMissing
from jobs.engine.lines import lock_names, wake
from jobs.engine.overdue import cancel_overdue
from jobs.engine.rescue import end_lost
from jobs.models import Job
from jobs.states import Status
from locks.models import JobLock, LockName


class LockState(Enum):
    """What has become of the lock. STOPPING: its holder still runs; ask again until it is FREE."""

    FREE = "free"
    STOPPING = "stopping"


@transaction.atomic
def clear(name: str, *, by: Actor, reason: str, force: bool = False) -> LockState:
    """Free the lock. Raises NoSuchLock, ReasonMissing, and LockHeld while a holder is alive, unless forced.

    1. Holders on workers whose lease is over end at once, as in a rescue: nobody acts for them any more.
    2. Of a live one, forced, the worker kills the processes; its lock is free when the worker has confirmed that.
       One that was canceled and should be gone by now needs no force.
    """
    check(name, reason)
    dead = end_lost(name, why=f"its lock {name} was cleared: {reason}"[:1000], by=by)
    _drop_orphans(name)
    alive = list(holders_of(name).annotate(now=Now()))
    if not force and (refusing := [job for job in alive if not cancel_overdue(job, job.now)]):
        raise LockHeld(name, [str(job.uuid) for job in refusing])
    for job in alive:
        _have_killed(job, by=by, reason=reason)
    state = LockState.STOPPING if alive else LockState.FREE
    told = {"state": state.value, "ended": dead, "killed": [str(job.uuid) for job in alive], "force": force}
    audit("clear_lock", by=by, object_type="lock", object_id=name, after=told, reason=reason)
    return state


def check(name: str, reason: str) -> None:
    """Raise NoSuchLock for a name that no job ever wanted, ReasonMissing for an empty reason."""
    if not LockName.objects.filter(pk=name).exists():
        raise NoSuchLock(name)
    if not reason.strip():
        raise ReasonMissing


def holders_of(name: str) -> QuerySet[Job]:
    """The jobs that hold this lock and run."""
    return Job.objects.occupying().filter(Exists(JobLock.objects.filter(lock=name, job=OuterRef("pk")))).order_by("pk")


def _have_killed(job: Job, *, by: Actor, reason: str) -> None:
    """Ask its worker to kill it at once: a cancel whose stop timeout is not waited for."""
    jobs = Job.objects.filter(pk=job.pk, forced_at=None)
    asked = asked_by(by, reason=reason)
    if jobs.filter(status=Status.RUNNING).update(status=Status.CANCEL_REQUEST, forced_at=CLOCK, **asked):
        after = Status.CANCEL_REQUEST
    elif jobs.filter(occupies=True).update(forced_at=CLOCK):
        after = Status(job.status)
    else:
        return
    audit("force_cancel", by=by, object_type="job", object_id=job.uuid, before=job.status, after=after, reason=reason)


def _drop_orphans(name: str) -> None:
    """A holder that no longer runs; no verb leaves one, a person at the database might. Names before rows."""
    lock_names([name])
    if JobLock.objects.filter(lock=name, job__occupies=False).delete()[0]:
        wake([name])
