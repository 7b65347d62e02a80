"""retry: a person asks for an ended job once more."""

from uuid import UUID

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.attempt import announce, fresh_attempt
from jobs.engine.audit import audit
from jobs.engine.classes import use_class
from jobs.engine.errors import JobNotEnded, NoSuchJob
from jobs.engine.rows import django_rows
from jobs.models import Job
from workers import capacity


@transaction.atomic
def retry(job_id: UUID, *, by: Actor) -> Job:
    """Make a new waiting job of an ended one, with all its retries anew. Raises NoSuchJob, JobNotEnded."""
    found = Job.objects.filter(uuid=job_id).values_list("pk", "status", "capacity_map").first()
    if found is None:
        raise NoSuchJob(str(job_id))
    number, status, capacity_map = found
    class_id = use_class(django_rows, capacity.needs(capacity_map))
    made = fresh_attempt(django_rows, number, class_id=class_id)
    if made is None:
        raise JobNotEnded(status)
    audit("retry", by=by, object_type="job", object_id=job_id, before=status, after={"retry": str(made.uuid)})
    transaction.on_commit(lambda: announce(made))
    return Job.objects.select_related("retry_from").get(pk=made.id)
