"""stop: mark a running job before its process is signaled, so that the signal can meet no other job."""

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.models import Job


@transaction.atomic
def mark(job_id: int, *, slot_name: str, why: str, by: Actor) -> bool:
    """Set `stop_at` while the row is this slot's; False when it is not, or was marked before.

    A marked job's slot hands nothing over and ends its process: only then may a signal follow.
    """
    jobs = Job.objects.filter(pk=job_id)
    owned = jobs.filter(slot=slot_name, occupies=True, stop_at=None)
    if not owned.update(stop_at=CLOCK):
        return False
    uuid, status = jobs.values_list("uuid", "status").get()
    audit("stop", by=by, object_type="job", object_id=uuid, before=status, after=status, reason=why)
    return True
