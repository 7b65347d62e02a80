"""drain, undrain and an operator's capacity: effective at the next claim, never confused with a worker's own stop."""

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.drain import drain, undrain
from jobs.engine.errors import NoSuchWorker, WorkerNotFit
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import look
from jobs.engine.set_capacity import set_capacity
from jobs.engine.slot import Slot
from jobs.engine.waiting import waiting_reasons
from jobs.models import AuditEvent
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.capacity import InvalidCapacity
from workers.models import Worker
from workers.presence import Identity, register, say_draining, say_stopped

DONE = Outcome(status=Status.DONE)


def _look(slot: Slot) -> str | None:
    seen = look(slot.session, worker_id=slot.worker_id, boot_id=slot.boot_id, lease=settings.LEASE, classes=[])
    return seen.state


def _start_again(worker: Identity) -> Identity:
    say_stopped(worker)
    return register(
        name=worker.name,
        hex_id=worker.hex_id,
        capacity={"scan": 1},
        slots=4,
        lease=settings.LEASE,
        version="test",
    )


def test_a_drained_worker_ends_what_it_has_and_claims_nothing(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Actor
) -> None:
    for _ in range(2):
        submit({"scan": 1})
    worker = new_worker({"scan": 2})
    slot, idle = new_slot(worker), new_slot(worker)
    claimed = claim(slot).job
    assert claimed is not None
    for _ in range(2):
        drain(worker.hex_id, by=by, reason="the disk is changed")
    handed = finish(slot, claimed, DONE)
    assert (handed.accepted, handed.job) == (True, None)
    assert claim(idle).job is None
    assert _look(slot) == "draining", "its lease is renewed, and it stays so after its last job"
    [event] = AuditEvent.objects.filter(object_type="worker")
    assert (event.verb, event.object_id, event.before, event.after) == ("drain", worker.name, "running", "draining")
    undrain(worker.hex_id, by=by)
    assert claim(idle).job is not None
    undrain(worker.hex_id, by=by)
    assert AuditEvent.objects.filter(verb="undrain").count() == 1


def test_only_a_drain_of_an_operator_is_taken_back(new_worker: NewWorker, by: Actor) -> None:
    worker = new_worker({"scan": 1})
    drain(worker.hex_id, by=by)
    say_draining(worker)
    with pytest.raises(WorkerNotFit) as refused:
        undrain(worker.hex_id, by=by)
    assert refused.value.state == "draining"
    drain(worker.hex_id, by=by)
    assert Worker.objects.get().drained_at is None, "it stops, and draining it changes nothing"


def test_a_drain_ends_with_the_workers_next_start(new_worker: NewWorker, by: Actor) -> None:
    worker = new_worker({"scan": 1})
    drain(worker.hex_id, by=by)
    _start_again(worker)
    found = Worker.objects.get()
    assert (found.state, found.drained_at) == ("running", None)


@pytest.mark.parametrize("verb", [drain, undrain])
def test_a_worker_that_is_gone_is_refused_with_its_state(verb: object, new_worker: NewWorker, by: Actor) -> None:
    worker = new_worker({"scan": 1})
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(WorkerNotFit) as refused:
        verb(worker.hex_id, by=by)  # type: ignore[operator]
    assert refused.value.state == "dead"
    with pytest.raises(NoSuchWorker):
        verb("ffffffffffff", by=by)  # type: ignore[operator]


def test_a_job_that_only_a_draining_worker_could_take_says_so(
    submit: Enqueue, new_worker: NewWorker, by: Actor
) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    new_worker({"check": 1})
    drain(worker.hex_id, by=by)
    [reason] = waiting_reasons(job)
    assert (reason.code, reason.text) == ("WORKER_DRAINING", f"{worker.name} is draining and claims nothing")
    new_worker({"scan": 1})
    assert [reason.code for reason in waiting_reasons(job)] == ["READY"]


def test_an_operators_capacity_counts_at_the_next_claim_and_outlives_a_restart(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Actor
) -> None:
    for _ in range(3):
        submit({"scan": 1})
    worker = new_worker({"scan": 2})
    first, second = new_slot(worker), new_slot(worker)
    claimed = claim(first).job
    assert claimed is not None
    assert claim(second).job is not None
    set_capacity(worker.hex_id, {"scan": 1}, by=by, reason="too hot")
    assert finish(first, claimed, DONE).job is None
    assert claim(first).job is None, "the other holds the one unit that is left"
    again = _start_again(worker)
    assert Worker.objects.get(pk=again.worker_id).declared == {"scan": 1}
    event = AuditEvent.objects.get(verb="set_capacity")
    assert (event.before, event.after, event.reason) == ({"scan": 2}, {"scan": 1}, "too hot")
    set_capacity(worker.hex_id, None, by=by)
    assert Worker.objects.get(pk=again.worker_id).capacity_override is None


def test_a_capacity_that_can_not_be_is_refused_and_changes_nothing(new_worker: NewWorker, by: Actor) -> None:
    worker = new_worker({"scan": 2})
    with pytest.raises(InvalidCapacity) as refused:
        set_capacity(worker.hex_id, {"scan": 0}, by=by)
    assert refused.value.type_name == "scan"
    assert Worker.objects.get().capacity_override is None
    with pytest.raises(NoSuchWorker):
        set_capacity("ffffffffffff", {"scan": 1}, by=by)


def test_the_command_drains_by_name_and_says_what_it_can_not(new_worker: NewWorker) -> None:
    worker, out = new_worker({"scan": 1}), StringIO()
    call_command("drain", worker.name, "--reason", "the disk is changed", stdout=out)
    assert Worker.objects.get().state == "draining"
    call_command("drain", worker.name, "--undo", stdout=out)
    assert out.getvalue().splitlines() == [f"worker {worker.name} is draining", f"worker {worker.name} claims again"]
    assert AuditEvent.objects.get(verb="drain").reason == "the disk is changed"
    with pytest.raises(CommandError, match=f"no worker is named 'w9'; those known are: {worker.name}"):
        call_command("drain", "w9")
    say_stopped(worker)
    with pytest.raises(CommandError, match="is stopped"):
        call_command("drain", worker.name)
