"""put_back: a claimed job whose slot was stopped before it had begun has lost nothing."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.delete import delete
from jobs.engine.put_back import put_back
from jobs.engine.slot import Slot
from jobs.engine.stop import mark
from jobs.models import AuditEvent, Job, Pause
from jobs.runner import loop, process
from jobs.runner.run import run
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start


def _row(job: Job) -> dict[str, Any]:
    return dict(Job.objects.values().get(pk=job.pk))


def test_the_row_is_as_before_the_claim_and_rung_for(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, rung: list[tuple[str, float]]
) -> None:
    job, slot = submit({"scan": 1}, retries=2), new_slot(new_worker({"scan": 1}))
    before = _row(job)
    claimed = claim(slot).job
    assert claimed is not None
    rung.clear()
    assert put_back(slot, claimed)
    after = _row(job)
    assert after.pop("status_changed_at") > before.pop("status_changed_at")
    assert after == before
    assert rung == [("scan", 0.0)]
    assert AuditEvent.objects.get(verb="put_back").client == f"slot {slot.name}"
    again = claim(slot).job
    assert again is not None
    assert (again.id, again.retries_left) == (job.pk, 2)


def test_only_the_slot_that_has_claimed_it_can_put_it_back(start: Start) -> None:
    job, slot, claimed = start()
    other = Slot(worker_id=slot.worker_id, boot_id=slot.boot_id, name=f"{slot.boot_id}:999")
    assert not put_back(other, claimed)
    assert _row(job)["status"] == "running"


def test_what_was_asked_to_stop_does_not_wait_again(start: Start, by: Actor) -> None:
    job, slot, claimed = start()
    cancel(job.uuid, by=by)
    assert not put_back(slot, claimed)
    delete(job.uuid, by=by)
    assert not put_back(slot, claimed)
    marked, slot, claimed = start()
    assert mark(marked.pk, slot_name=slot.name, why="its deadline was over", by=by)
    assert not put_back(slot, claimed)


def test_one_whose_unique_key_waits_already_is_not_put_back(start: Start, submit: Enqueue) -> None:
    job, slot, claimed = start()
    twin = submit({"gpu": 1})
    Job.objects.filter(pk__in=[job.pk, twin.pk]).update(unique_key="k")
    assert not put_back(slot, claimed)
    assert _row(job)["status"] == "running"


def test_one_whose_action_was_paused_meanwhile_is_set_aside(start: Start) -> None:
    job, slot, claimed = start()
    Pause.objects.create(kind="action", name="noop")
    assert put_back(slot, claimed)
    assert (_row(job)["paused"], _row(job)["ready"]) == (True, False)


@pytest.fixture
def _own_signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is a slot for the time of a test."""
    numbers = (signal.SIGTERM, process.LEASE_SIGNAL, process.CANCEL_SIGNAL, process.DEADLINE_SIGNAL)
    before = {number: signal.getsignal(number) for number in numbers}
    monkeypatch.setattr(process, "_stopping", False)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_own_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, process.LEASE_SIGNAL])
def test_a_signal_between_the_claim_and_the_action_puts_it_back(
    number: int, submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, slot = submit({"scan": 1}), submit({"scan": 1}), new_slot(new_worker({"scan": 1}))
    ran: list[int] = []

    def struck(slot: Slot, job: Any) -> Any:
        ran.append(job.id)
        if job.id == second.pk:
            os.kill(os.getpid(), number)
        return run(slot, job)

    monkeypatch.setattr(loop, "run", struck)
    with process.serving():
        assert loop.serve(slot, rung="scan", hops=0) == 1
    assert ran == [first.pk, second.pk]
    assert [_row(job)["status"] for job in (first, second)] == ["done", "waiting"]


@pytest.mark.usefixtures("_own_signals")
def test_one_that_was_canceled_between_the_claim_and_the_action_is_canceled(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, slot = submit({"scan": 1}, retries=1), new_slot(new_worker({"scan": 1}))

    def struck(slot: Slot, claimed: Any) -> Any:
        cancel(job.uuid, by=by)
        os.kill(os.getpid(), signal.SIGTERM)
        return run(slot, claimed)

    monkeypatch.setattr(loop, "run", struck)
    with process.serving():
        loop.serve(slot, rung="scan", hops=0)
    assert _row(job)["status"] == Status.CANCELED
    assert Job.objects.count() == 1
