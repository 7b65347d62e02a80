"""rescue: no job stays with a worker that is gone."""

from datetime import timedelta

from django.utils import timezone

from jobs.engine.actor import engine_actor
from jobs.engine.claim import claim
from jobs.engine.finish import Outcome, finish
from jobs.engine.refuse import refuse
from jobs.engine.rescue import end_slots, rescue
from jobs.models import AuditEvent
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.models import Worker, WorkerState

BY = engine_actor("test")


def test_jobs_of_a_worker_whose_lease_is_over_end(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    slot = new_slot(worker)
    claimed = claim(slot).job
    assert claimed is not None
    assert rescue(by=BY) == 0, "its lease holds"
    Worker.objects.filter(pk=worker.worker_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert rescue(by=BY) == 1
    job.refresh_from_db()
    assert job.status == Status.WORKER_DEAD
    assert Worker.objects.get(pk=worker.worker_id).state == WorkerState.DEAD
    assert set(AuditEvent.objects.exclude(verb="enqueue").values_list("verb", flat=True)) == {"rescue", "worker_dead"}
    assert not finish(slot, claimed, Outcome(status=Status.DONE)).accepted, "the late result is refused"


def test_a_refused_result_leaves_a_mark_and_an_audit_row(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    slot = new_slot(worker)
    claimed = claim(slot).job
    assert claimed is not None
    assert not refuse(slot, claimed), "it has not ended"
    Worker.objects.filter(pk=worker.worker_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    rescue(by=BY)
    assert refuse(slot, claimed)
    assert not refuse(slot, claimed), "once is enough"
    job.refresh_from_db()
    assert (job.status, job.result) == (Status.WORKER_DEAD, None)
    assert job.late_result_at is not None
    assert AuditEvent.objects.filter(verb="refuse_result").count() == 1


def test_jobs_of_an_earlier_boot_end(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    claim(new_slot(worker))
    Worker.objects.filter(pk=worker.worker_id).update(boot_id="anew")
    assert rescue(by=BY) == 1
    job.refresh_from_db()
    assert job.status == Status.WORKER_DEAD


def test_the_job_of_a_process_that_is_gone_ends(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job = submit({"scan": 2})
    other = submit({"scan": 1})
    worker = new_worker({"scan": 3})
    gone, alive = new_slot(worker), new_slot(worker)
    claim(gone)
    claim(alive)
    assert end_slots([gone.name], status=Status.ERRORED, why="its process died", by=BY) == 1
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.status, other.status) == (Status.ERRORED, Status.RUNNING)
    assert (job.exception or {})["message"] == "its process died"
