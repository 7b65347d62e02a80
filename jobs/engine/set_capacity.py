"""set_capacity: an operator says what a worker holds; it outlives the worker's restarts."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.errors import NoSuchWorker
from workers import capacity
from workers.models import Worker


@transaction.atomic
def set_capacity(hex_id: str, units: Mapping[str, int] | None, *, by: Actor, reason: str = "") -> None:
    """Replace the whole map; None is what the worker was started with. Raises InvalidCapacity, NoSuchWorker.

    Takes effect at each slot's next claim: with the version that it knew, a hand-over takes nothing.
    """
    override = None if units is None else capacity.check(dict(units))
    # Locked first: what the audit says was there before is what this replaces.
    worker = Worker.objects.select_for_update().filter(hex_id=hex_id).first()
    if worker is None:
        raise NoSuchWorker(hex_id)
    before = worker.declared
    Worker.objects.filter(pk=worker.pk).update(capacity_override=override, capacity_version=F("capacity_version") + 1)
    after = dict(worker.capacity) if override is None else override
    audit("set_capacity", by=by, object_type="worker", object_id=worker.name, before=before, after=after, reason=reason)
