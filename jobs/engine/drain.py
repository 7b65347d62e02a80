"""drain and undrain: an operator has a worker run what it has and claim nothing, until they take that back."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.errors import NoSuchWorker, WorkerNotFit
from workers.models import Worker, WorkerQuerySet, WorkerState


@transaction.atomic
def drain(hex_id: str, *, by: Actor, reason: str = "") -> None:
    """Until `undrain` or its next start. Asking again changes nothing. Raises NoSuchWorker, WorkerNotFit.

    Its slots' claims ask for the state: what they run now is the last that they run.
    """
    alive = Worker.objects.alive().filter(hex_id=hex_id)
    if alive.filter(state=WorkerState.RUNNING).update(state=WorkerState.DRAINING, drained_at=Now()):
        _audited("drain", hex_id, WorkerState.RUNNING, WorkerState.DRAINING, by=by, reason=reason)
    elif not alive.exists():
        raise WorkerNotFit(_state(hex_id), "only a worker that runs can be drained")


@transaction.atomic
def undrain(hex_id: str, *, by: Actor, reason: str = "") -> None:
    """Asking again changes nothing. Raises NoSuchWorker, WorkerNotFit: also for one that drains because it stops."""
    alive = Worker.objects.alive().filter(hex_id=hex_id)
    if _drained(alive).update(state=WorkerState.RUNNING, drained_at=None):
        _audited("undrain", hex_id, WorkerState.DRAINING, WorkerState.RUNNING, by=by, reason=reason)
    elif not alive.filter(state=WorkerState.RUNNING).exists():
        raise WorkerNotFit(_state(hex_id), "only a worker that an operator has drained can be undrained")


def _drained(workers: WorkerQuerySet) -> WorkerQuerySet:
    return workers.filter(state=WorkerState.DRAINING, drained_at__isnull=False)


def _state(hex_id: str) -> str:
    worker: Any = Worker.objects.with_shown_state().filter(hex_id=hex_id).first()
    if worker is None:
        raise NoSuchWorker(hex_id)
    return str(worker.shown)


def _audited(verb: str, hex_id: str, before: str, after: str, *, by: Actor, reason: str) -> None:
    name = Worker.objects.values_list("name", flat=True).get(hex_id=hex_id)
    audit(verb, by=by, object_type="worker", object_id=name, before=str(before), after=str(after), reason=reason)
