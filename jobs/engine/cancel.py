"""cancel: a waiting job ends at once; a running one is asked to stop, or, by force, killed."""

from uuid import UUID

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.asked import asked_by
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.errors import JobEnded, NoSuchJob
from jobs.engine.lines import names_of, wake_lines
from jobs.models import Job
from jobs.models.queryset import JobQuerySet
from jobs.states import UNWANTED, Status


@transaction.atomic
def cancel(job_id: UUID, *, by: Actor, reason: str = "", force: bool = False) -> Status:
    """Cancel, and answer the status afterwards. Asking again changes nothing. Raises NoSuchJob, JobEnded.

    By force its worker gives it no stop timeout: it kills the job as soon as it looks. One whose worker is dead ends
    when that lease does, forced or not: until then its processes may still be at it.
    """
    jobs = Job.objects.filter(uuid=job_id)
    asked = asked_by(by, reason=reason)
    # A claim may come between the two: then the second finds it running.
    if jobs.filter(status=Status.WAITING).update(status=Status.CANCELED, ended_at=CLOCK, blocked_by=None, **asked):
        # It may have been woken, and with it the lines for its locks would sleep.
        transaction.on_commit(lambda: wake_lines(name for job in jobs.only("locks") for name in names_of(job)))
        return _audited("cancel", job_id, Status.WAITING, Status.CANCELED, by=by, reason=reason)
    if jobs.filter(status=Status.RUNNING).update(status=Status.CANCEL_REQUEST, **asked):
        _audited("cancel", job_id, Status.RUNNING, Status.CANCEL_REQUEST, by=by, reason=reason)
    status = jobs.values_list("status", flat=True).first()
    if status is None:
        raise NoSuchJob(str(job_id))
    if status not in {*UNWANTED, Status.CANCELED}:
        raise JobEnded(status)
    if force:
        _force(jobs, job_id, by=by, reason=reason)
    return Status(status)


def _force(jobs: JobQuerySet, job_id: UUID, *, by: Actor, reason: str) -> None:
    for status in UNWANTED:
        if jobs.filter(status=status, forced_at=None).update(forced_at=CLOCK):
            _audited("force_cancel", job_id, status, status, by=by, reason=reason)


def _audited(verb: str, job_id: UUID, before: Status, after: Status, *, by: Actor, reason: str) -> Status:
    audit(verb, by=by, object_type="job", object_id=job_id, before=before.value, after=after.value, reason=reason)
    return after
