"""Lines of a running job's log, as its slot adds them."""

from jobs.engine import sql
from jobs.engine.claim import claim
from jobs.models import JobLog
from tests.engine.conftest import Enqueue, NewSlot, NewWorker


def test_a_batch_that_is_sent_twice_is_kept_once(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    """The answer to its commit was lost, so the slot sends it again with the lines that came meanwhile."""
    job, slot = submit({"scan": 1}), new_slot(new_worker({"scan": 1}))
    claim(slot)
    own = {"job": job.pk, "slot": slot.name}
    slot.session.rows(sql.ADD_LOG_LINES, {**own, "numbers": [0], "lines": ["first"]})
    slot.session.rows(sql.ADD_LOG_LINES, {**own, "numbers": [0, 1], "lines": ["first", "second"]})
    assert list(JobLog.objects.values_list("line_number", "data")) == [(0, "first"), (1, "second")]


def test_another_slot_can_not_add_lines(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    claim(new_slot(worker))
    stranger = new_slot(worker)
    stranger.session.rows(
        sql.ADD_LOG_LINES, {"job": job.pk, "slot": stranger.name, "numbers": [0], "lines": ["forged"]}
    )
    assert not JobLog.objects.exists()
