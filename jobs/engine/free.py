"""free: cancel the holder of a lock in the normal way, and have it run once more afterwards if wanted."""

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.cancel import cancel
from jobs.engine.clear import LockState, check, holders_of
from jobs.engine.errors import JobEnded
from jobs.engine.lines import lock_names
from jobs.models import Job


@transaction.atomic
def free(name: str, *, by: Actor, reason: str, retry: bool = False) -> LockState:
    """Cancel every holder: its worker enforces the stop timeout, its end frees the lock.

    Raises NoSuchLock, ReasonMissing.

    `retry` marks the job; the transaction that ends it makes the new attempt, which goes to the end of the line. Made
    now it could start beside the old one, where a lock is shared.
    """
    check(name, reason)
    # A holder that is ending has asked whether a retry is wanted, or asks when this is committed.
    lock_names([name])
    canceled = [str(job.uuid) for job in holders_of(name) if _cancel(job, by=by, reason=reason, retry=retry)]
    told = {"canceled": canceled, "retry": retry}
    audit("free_lock", by=by, object_type="lock", object_id=name, after=told, reason=reason)
    return LockState.STOPPING if canceled else LockState.FREE


def _cancel(job: Job, *, by: Actor, reason: str, retry: bool) -> bool:
    if retry and not Job.objects.filter(pk=job.pk, occupies=True).update(retry_asked=True):
        return False
    try:
        cancel(job.uuid, by=by, reason=reason)
    except JobEnded:
        # It came to its end meanwhile, and gave up the lock by itself.
        return False
    return True
