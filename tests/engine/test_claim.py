"""Claims: best first, within typed capacity, each job once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.engine.claim import WorkerGone, claim
from jobs.models import Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.models import Worker, WorkerState


def test_a_job_is_claimed_by_the_slot_that_asks(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    slot = new_slot(worker)
    claimed = claim(slot).job
    assert claimed is not None
    assert claimed.uuid == job.uuid
    job.refresh_from_db()
    assert (job.status, job.worker_id, job.slot) == (Status.RUNNING, worker.worker_id, slot.name)
    assert job.started_at is not None


def test_a_second_job_of_the_same_type_waits_until_the_unit_is_free(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    first, second, other = submit({"scan": 1}), submit({"scan": 1}), submit({"scanCheck": 1})
    worker = new_worker({"scan": 1, "scanCheck": 1})
    slots = [new_slot(worker) for _ in range(3)]
    claimed = [found.uuid for slot in slots if (found := claim(slot).job)]
    assert claimed == [first.uuid, other.uuid]
    second.refresh_from_db()
    assert second.status == Status.WAITING


def test_a_job_of_two_types_takes_both(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    submit({"scan": 1, "check": 2})
    submit({"check": 1})
    worker = new_worker({"scan": 2, "check": 2})
    assert claim(new_slot(worker)).job is not None
    assert claim(new_slot(worker)).job is None, "the two units of check are taken"


def test_a_worker_never_claims_more_units_than_it_has(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 2})
    assert claim(new_slot(new_worker({"scan": 1}))).job is None
    assert claim(new_slot(new_worker({"scan": 2}))).job is not None


def test_a_job_without_needs_takes_a_spare_slot(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    for _ in range(3):
        submit(None)
    worker = new_worker({"scan": 1}, slots=3)
    assert [claim(new_slot(worker)).job is not None for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("units", [10**12, 2**53])
def test_units_may_mean_bytes(units: int, submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    submit({"memory": units // 2})
    submit({"memory": units - units // 2})
    worker = new_worker({"memory": units}, slots=2)
    assert all(claim(new_slot(worker)).job for _ in range(2))


def test_higher_priority_first_then_the_earlier_schedule(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    late = submit({"scan": 1})
    urgent = submit({"check": 1}, priority=5)
    early = submit({"scan": 1}, scheduled_at=timezone.now() - timedelta(hours=1))
    slot_of = new_worker({"scan": 2, "check": 1})
    order = [found.uuid for _ in range(3) if (found := claim(new_slot(slot_of)).job)]
    assert order == [urgent.uuid, early.uuid, late.uuid]


def test_a_future_job_is_not_claimed(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job = submit({"scan": 1}, scheduled_at=timezone.now() + timedelta(hours=1))
    assert job.due is False
    assert claim(new_slot(new_worker({"scan": 1}))).job is None


def test_a_claim_tells_which_classes_still_have_work_that_fits(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    more = submit({"check": 1})
    submit({"huge": 9})
    found = claim(new_slot(new_worker({"scan": 1, "check": 1})))
    assert found.more == [more.capacity_class_id]


@pytest.mark.parametrize(
    "change", [{"state": WorkerState.DRAINING}, {"lease_until": timezone.now() - timedelta(days=1)}]
)
def test_a_worker_that_drains_or_lost_its_lease_claims_nothing(
    change: dict[str, object], submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    worker = new_worker({"scan": 1})
    Worker.objects.filter(pk=worker.worker_id).update(**change)
    assert claim(new_slot(worker)).job is None


def test_a_slot_of_an_earlier_boot_claims_nothing(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    submit({"scan": 1})
    worker = new_worker({"scan": 1})
    Worker.objects.filter(pk=worker.worker_id).update(boot_id="another")
    with pytest.raises(WorkerGone):
        claim(new_slot(worker))


def test_the_operators_capacity_counts_at_the_next_claim(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    submit({"scan": 1})
    worker = new_worker({"scan": 1})
    assert claim(new_slot(worker)).job is not None
    assert claim(new_slot(worker)).job is None
    Worker.objects.filter(pk=worker.worker_id).update(capacity_override={"scan": 2})
    assert claim(new_slot(worker)).job is not None


def test_waiting_rows_hold_no_slot(submit: Enqueue) -> None:
    """A constraint, not a habit."""
    job = submit({"scan": 1})
    with pytest.raises(Exception, match="job_waiting_has_no_slot"):
        Job.objects.filter(pk=job.pk).update(slot="x:1")
