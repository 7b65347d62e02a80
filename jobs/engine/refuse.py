"""refuse: a result came after its row had ended. It changes nothing but a mark: the worker has come back."""

from django.db import transaction

from jobs.engine.actor import engine_actor
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.slot import Claimed, Slot
from jobs.models import Job


@transaction.atomic
def refuse(slot: Slot, job: Claimed) -> bool:
    """Mark the job that this slot ran and somebody else has ended. False when it is marked already, or deleted."""
    mine = Job.objects.filter(pk=job.id, slot=slot.name, ended_at__isnull=False, late_result_at__isnull=True)
    if not mine.update(late_result_at=CLOCK):
        return False
    by = engine_actor(f"slot {slot.name}")
    reason = "a result came after the job had ended"
    audit("refuse_result", by=by, object_type="job", object_id=job.uuid, reason=reason)
    return True
