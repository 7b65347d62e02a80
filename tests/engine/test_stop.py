"""stop: a mark on a running job, before its process is signaled."""

from django.conf import settings

from jobs.engine.actor import engine_actor
from jobs.engine.claim import claim
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import look
from jobs.engine.slot import Slot
from jobs.engine.stop import mark
from jobs.models import AuditEvent, Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker

BY = engine_actor("test")
DONE = Outcome(status=Status.DONE)


def _mark(job: Job, slot: Slot) -> bool:
    return mark(job.pk, slot_name=slot.name, why="its deadline was over", by=BY)


def test_a_mark_is_set_once_and_audited(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, slot = submit({"scan": 1}), new_slot(new_worker({"scan": 1}))
    claim(slot)
    assert _mark(job, slot)
    assert not _mark(job, slot)
    assert AuditEvent.objects.get(verb="stop").reason == "its deadline was over"


def test_a_slot_that_is_at_its_next_job_is_not_marked(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    first, second = submit({"scan": 1}), submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    claimed = claim(slot).job
    assert claimed is not None
    handed = finish(slot, claimed, DONE)
    assert handed.job is not None
    assert not handed.marked
    assert not _mark(first, slot)
    second.refresh_from_db()
    assert second.stop_at is None


def test_another_slots_job_is_not_marked(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    claim(new_slot(worker))
    assert not _mark(job, new_slot(worker))


def test_the_slot_of_a_marked_job_is_told_at_its_end(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job = submit({"scan": 1})
    submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    claimed = claim(slot).job
    assert claimed is not None
    assert _mark(job, slot)
    handed = finish(slot, claimed, DONE)
    assert (handed.accepted, handed.marked, handed.job) == (True, True, None)


def test_a_look_tells_only_of_jobs_that_may_have_to_be_stopped(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    limited = submit({"scan": 1}, deadline="90s", stop_timeout="1.5s")
    worker = new_worker({"scan": 2})
    slot = new_slot(worker)
    claim(slot)
    claim(new_slot(worker))
    seen = look(slot.session, worker_id=worker.worker_id, boot_id=worker.boot_id, lease=settings.LEASE, classes=[])
    [watched] = seen.watched
    assert (watched.id, watched.deadline, watched.stop_timeout, watched.marked_for) == (limited.pk, 90, 1.5, None)
    assert 0 <= watched.running_for < 60
