"""put_back: a job that was claimed, and whose slot was told to stop before it had begun, waits again at no cost."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from jobs import doorbell
from jobs.engine.actor import engine_actor
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.lines import free_locks, lock_names
from jobs.engine.slot import Claimed, Slot
from jobs.models import Job, Pause
from jobs.states import Status


def put_back(slot: Slot, job: Claimed) -> bool:
    """Back to waiting, with its place and all its retries. Only for the slot itself, before it enters the action.

    False, and nothing changed: it was canceled, deleted or marked meanwhile, or its unique key waits in another job.
    """
    try:
        with transaction.atomic():
            # Names before rows, as everywhere.
            lock_names(job.fence)
            if not _undo_claim(slot, job):
                return False
            free_locks([job.id], names=job.fence)
            by, reason = engine_actor(f"slot {slot.name}"), "its slot was told to stop before it had begun"
            change = {"before": Status.RUNNING.value, "after": Status.WAITING.value}
            audit("put_back", by=by, object_type="job", object_id=job.uuid, reason=reason, **change)
    except IntegrityError:
        return False
    if not job.fence:
        doorbell.ring(slot.class_name(job.class_id))
    return True


def _undo_claim(slot: Slot, job: Claimed) -> int:
    """What the claim has set. A pause that came meanwhile found it running."""
    mine = Job.objects.filter(pk=job.id, slot=slot.name, status=Status.RUNNING, stop_at=None, forced_at=None)
    return mine.update(
        status=Status.WAITING,
        status_changed_at=CLOCK,
        worker=None,
        slot=None,
        started_at=None,
        # One with locks begins in the line again, where it has its old place.
        blocked_by=min(job.fence, default=None),
        woken_for=None,
        paused=Exists(Pause.objects.filter(kind=Pause.Kind.ACTION, name=OuterRef("action"))),
    )
