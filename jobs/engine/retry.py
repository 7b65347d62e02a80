"""retry: a person asks for an ended job once more."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from jobs.actions.registry import reserved_for
from jobs.engine.actor import Actor
from jobs.engine.attempt import announce, fresh_attempt
from jobs.engine.audit import audit
from jobs.engine.chain import actions_in
from jobs.engine.classes import use_class
from jobs.engine.errors import JobFollowed, JobNotEnded, JobReserved, NoSuchJob
from jobs.engine.permitted import require_permitted
from jobs.engine.rows import django_rows
from jobs.models import Job
from workers import capacity


@transaction.atomic
def retry(
    job_id: UUID, *, by: Actor, reason: str = "", once: bool = False, lacks: Collection[str] = frozenset()
) -> Job:
    """Make a new waiting job of an ended one, with all its retries anew. Raises NoSuchJob, JobNotEnded, JobReserved.

    `once`: only of a job that no other has followed yet. Raises JobFollowed.
    `lacks`: permissions that the person does not have. Raises ActionForbidden if it, or what follows it, needs one.
    """
    found = Job.objects.filter(uuid=job_id).values_list("pk", "status", "action", "capacity_map", "next").first()
    if found is None:
        raise NoSuchJob(str(job_id))
    number, status, action, capacity_map, following = found
    if words := reserved_for(action):
        raise JobReserved(action, words)
    require_permitted([action, *actions_in(following)], lacks=lacks)
    # Locked first: of two that want it once, the second finds what the first has made.
    if once and not Job.objects.select_for_update().filter(pk=number, next_job__isnull=True).exists():
        raise JobFollowed
    class_id = use_class(django_rows, capacity.needs(capacity_map))
    made = fresh_attempt(django_rows, number, class_id=class_id)
    if made is None:
        raise JobNotEnded(status)
    after = {"retry": str(made.uuid)}
    audit("retry", by=by, object_type="job", object_id=job_id, before=status, after=after, reason=reason)
    transaction.on_commit(lambda: announce(made))
    return Job.objects.select_related("retry_from").get(pk=made.id)
