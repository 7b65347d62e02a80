"""finish: the result, and the next job, by one statement of the slot that owns the row."""

from typing import Any

import pytest

from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.errors import JobEnded
from jobs.engine.fail import fail
from jobs.engine.finish import Outcome, finish, own_job
from jobs.engine.session import Session
from jobs.engine.slot import Claimed, Slot
from jobs.models import Job
from jobs.runner.loop import serve
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.models import Worker

DONE = Outcome(status=Status.DONE, result='{"ok": true}')


def _claimed(slot: Slot) -> Claimed:
    job = claim(slot).job
    assert job is not None
    return job


def test_a_hand_over_ends_one_job_and_starts_the_next(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    first, second = submit({"scan": 1}), submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    handed = finish(slot, _claimed(slot), DONE)
    assert handed.accepted
    assert handed.job is not None
    assert handed.job.uuid == second.uuid
    first.refresh_from_db()
    assert (first.status, first.result) == (Status.DONE, {"ok": True})
    assert first.ended_at is not None


def test_a_hand_over_takes_only_what_its_own_reservation_holds(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    submit({"scan": 2}, priority=9)
    worker = new_worker({"scan": 2})
    slot = new_slot(worker)
    big = _claimed(slot)
    assert finish(slot, big, DONE).job is not None, "one unit follows two"
    submit({"scan": 2}, priority=9)
    small = own_job(slot)
    assert small is not None
    assert finish(slot, small, DONE).job is None, "two units do not follow one without a count"
    assert claim(slot).job is not None, "but a claim that counts takes them"


def test_a_zombies_late_result_changes_nothing_and_claims_nothing(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    job = submit({"scan": 1})
    submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    claimed = _claimed(slot)
    finish(slot, claimed, Outcome(status=Status.ERRORED), take_next=False)
    handed = finish(slot, claimed, DONE)
    assert not handed.accepted
    assert handed.job is None
    job.refresh_from_db()
    assert (job.status, job.result) == (Status.ERRORED, None)


def test_another_slot_can_not_end_the_job(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    submit({"scan": 1})
    worker = new_worker({"scan": 1})
    claimed = _claimed(new_slot(worker))
    assert not finish(new_slot(worker), claimed, DONE).accepted


def test_a_job_marked_to_stop_hands_nothing_over(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    first = submit({"scan": 1})
    submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    claimed = _claimed(slot)
    Job.objects.filter(pk=first.pk).update(stop_at=first.created_at)
    handed = finish(slot, claimed, DONE)
    assert handed.accepted
    assert handed.job is None


def test_a_change_of_capacity_ends_the_hand_overs(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    submit({"scan": 1})
    submit({"scan": 1})
    worker = new_worker({"scan": 1})
    slot = new_slot(worker)
    claimed = _claimed(slot)
    Worker.objects.filter(pk=worker.worker_id).update(capacity_override={"scan": 0}, capacity_version=99)
    assert finish(slot, claimed, DONE).job is None


def test_what_a_canceled_job_returned_is_kept(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Any
) -> None:
    job = submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    claimed = _claimed(slot)
    assert cancel(job.uuid, by=by, reason="not needed") == Status.CANCEL_REQUEST
    assert finish(slot, claimed, DONE).accepted
    job.refresh_from_db()
    assert (job.status, job.result, job.canceled_by) == (Status.CANCELED, {"ok": True}, "ada")


def test_an_end_before_the_cancel_stands(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Any) -> None:
    job = submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    finish(slot, _claimed(slot), DONE)
    with pytest.raises(JobEnded, match="done"):
        cancel(job.uuid, by=by)


def test_what_failed_is_told_in_full() -> None:
    outcome = fail(ValueError("no such\x00 host", 7))
    assert outcome.status == Status.ERRORED
    assert outcome.exception is not None
    assert '"type": "ValueError"' in outcome.exception
    assert "\\u0000" not in outcome.exception


class CountingSession(Session):
    """Remembers the statements that it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        self.sent.append(statement)
        return super().rows(statement, parameters)


def test_a_chain_of_jobs_costs_one_statement_each(submit: Enqueue, new_worker: NewWorker) -> None:
    """The loop that workers run, counted: what surrounds the chain does not grow with it."""
    worker = new_worker({"scan": 1})
    counts = []
    for jobs in (10, 60):
        for _ in range(jobs):
            submit({"scan": 1})
        session = CountingSession()
        slot = Slot(worker_id=worker.worker_id, boot_id=worker.boot_id, name=f"{worker.boot_id}:1", session=session)
        assert serve(slot, rung="scan", hops=0) == jobs
        session.reset()
        counts.append(len(session.sent))
    assert counts[1] - counts[0] == 50
