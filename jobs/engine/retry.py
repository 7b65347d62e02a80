"""retry: a person asks for an ended job once more."""

from uuid import UUID

from django.db import transaction

from jobs.actions.registry import reserved_for
from jobs.engine.actor import Actor
from jobs.engine.attempt import announce, fresh_attempt
from jobs.engine.audit import audit
from jobs.engine.errors import JobFollowed, JobNotEnded, JobReserved, NoSuchJob
from jobs.engine.rows import django_rows
from jobs.models import Job


@transaction.atomic
def retry(job_id: UUID, *, by: Actor, reason: str = "", once: bool = False) -> Job:
    """Make a new waiting job of an ended one, with all its retries anew. Raises NoSuchJob, JobNotEnded, JobReserved.

    `once`: only of a job that no other has followed yet. Raises JobFollowed.
    """
    found = Job.objects.filter(uuid=job_id).values_list("pk", "status", "action").first()
    if found is None:
        raise NoSuchJob(str(job_id))
    number, status, action = found
    if words := reserved_for(action):
        raise JobReserved(action, words)
    # Locked first: of two that want it once, the second finds what the first has made.
    if once and not Job.objects.select_for_update().filter(pk=number, next_job__isnull=True).exists():
        raise JobFollowed
    made = fresh_attempt(django_rows, number)
    if made is None:
        raise JobNotEnded(status)
    after = {"retry": str(made.uuid)}
    audit("retry", by=by, object_type="job", object_id=job_id, before=status, after=after, reason=reason)
    transaction.on_commit(lambda: announce(made))
    return Job.objects.select_related("retry_from").get(pk=made.id)
