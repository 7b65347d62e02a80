"""cancel: a waiting job ends at once; a running one is asked to stop."""

from uuid import UUID

from django.db import transaction
from django.db.models import Func

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.errors import JobEnded, NoSuchJob
from jobs.engine.lines import names_of, wake_lines
from jobs.models import Job
from jobs.states import Status


@transaction.atomic
def cancel(job_id: UUID, *, by: Actor, reason: str = "") -> Status:
    """Cancel, and answer the status afterwards. Asking again changes nothing. Raises NoSuchJob, JobEnded."""
    jobs = Job.objects.filter(uuid=job_id)
    asked = {"canceled_by": by.user or None, "cancel_reason": reason[:255] or None, "status_changed_at": _clock()}
    # A claim may come between the two: then the second finds it running.
    if jobs.filter(status=Status.WAITING).update(status=Status.CANCELED, ended_at=_clock(), blocked_by=None, **asked):
        # It may have been woken, and with it the lines for its locks would sleep.
        transaction.on_commit(lambda: wake_lines(names_of(jobs.only("locks").get())))
        return _audited(job_id, Status.WAITING, Status.CANCELED, by=by, reason=reason)
    if jobs.filter(status=Status.RUNNING).update(status=Status.CANCEL_REQUEST, **asked):
        return _audited(job_id, Status.RUNNING, Status.CANCEL_REQUEST, by=by, reason=reason)
    status = jobs.values_list("status", flat=True).first()
    if status is None:
        raise NoSuchJob(str(job_id))
    if status not in {Status.CANCEL_REQUEST, Status.CANCELED, Status.DELETED}:
        raise JobEnded(status)
    return Status(status)


def _audited(job_id: UUID, before: Status, after: Status, *, by: Actor, reason: str) -> Status:
    audit("cancel", by=by, object_type="job", object_id=job_id, before=before.value, after=after.value, reason=reason)
    return after


def _clock() -> Func:
    return Func(function="clock_timestamp")
