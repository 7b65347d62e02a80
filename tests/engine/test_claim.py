"""Claims: best first, within typed capacity, each job once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jobs.engine import sql
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


def test_the_claim_finds_each_head_through_its_index(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    """With a backlog, and rows in every other state, no table is scanned: the plan may not rot."""
    job = submit({"scan": 1})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_job (uuid, action, status, priority, due, retries_total, retries_left, deadline_text,"
            " stop_timeout_text, capacity_class_id)"
            " SELECT gen_random_uuid(), 'noop', 'waiting', 0, true, 0, 0, '', '', %s"
            " FROM generate_series(1, 20000)",
            [job.capacity_class_id],
        )
        cursor.execute("ANALYZE jobs_job")
    worker = new_worker({"scan": 1})
    slot = new_slot(worker)
    plan = "\n".join(
        str(row[0])
        for row in slot.session.rows(
            "EXPLAIN EXECUTE jobsite_claim (%s, %s, %s, %s, %s)",
            ([job.capacity_class_id], worker.worker_id, worker.boot_id, slot.name, 1),
        )
    )
    assert plan.count("Index Scan using job_ready") + plan.count("Index Only Scan using job_ready") == 2, plan
    assert "Seq Scan on jobs_job" not in plan, plan


def test_the_ready_predicate_is_the_indexs_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'job_ready'")
        [(definition,)] = cursor.fetchall()
    for condition in sql.READY.split(" AND "):
        words = condition.split(" = ")[0].strip()
        assert words.lower() in definition.lower(), definition


def test_waiting_rows_hold_no_slot(submit: Enqueue) -> None:
    """A constraint, not a habit."""
    job = submit({"scan": 1})
    with pytest.raises(Exception, match="job_waiting_has_no_slot"):
        Job.objects.filter(pk=job.pk).update(slot="x:1")
