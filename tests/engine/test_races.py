"""Many slots at once, with real commits: capacity is never exceeded, no job runs twice, none is left."""

from collections import Counter
from functools import partial

import pytest

from jobs.engine.actor import Actor, engine_actor
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.rescue import end_slots
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import Status
from tests.engine.conftest import NewSlot, NewWorker
from tests.engine.threads import over_and_over, side_by_side
from workers.presence import Identity

pytestmark = pytest.mark.slow
DONE = Outcome(status=Status.DONE)


def _over_capacity(worker: Identity, total: dict[str, int]) -> list[Counter[str]]:
    used = Counter[str]()
    for needs in (
        Job.objects.occupying().filter(worker_id=worker.worker_id).values_list("capacity_class__needs", flat=True)
    ):
        used.update(needs)
    return [used] if any(used[name] > amount for name, amount in total.items()) else []


def test_slots_never_spend_the_same_unit_and_leave_no_job(by: Actor, new_worker: NewWorker, new_slot: NewSlot) -> None:
    total = {"scan": 2, "check": 1}
    maps: list[dict[str, int]] = [{"scan": 1}, {"scan": 2}, {"check": 1}, {"scan": 1, "check": 1}]
    enqueue_many([Submission(action="noop", capacity_map=maps[n % 4]) for n in range(240)], by=by)
    worker = new_worker(total, slots=4)
    over: list[Counter[str]] = []
    ran: list[int] = []

    def work(slot: Slot) -> None:
        while Job.objects.waiting().exists():
            job = claim(slot).job
            while job is not None:
                over.extend(_over_capacity(worker, total))
                ran.append(job.id)
                job = finish(slot, job, DONE).job

    side_by_side(*(partial(work, new_slot(worker)) for _ in range(4)))
    assert over == []
    assert sorted(ran) == sorted(Job.objects.filter(status=Status.DONE).values_list("id", flat=True))
    assert len(ran) == 240


def test_capacity_holds_while_others_end_the_rows_of_running_slots(
    by: Actor, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    """A hand-over that did not depend on its own finish exceeded it hundreds of times."""
    enqueue_many([Submission(action="noop", capacity_map={"scan": 1}) for _ in range(400)], by=by)
    worker = new_worker({"scan": 2})
    over: list[Counter[str]] = []

    def nemesis() -> None:
        over.extend(_over_capacity(worker, {"scan": 2}))
        for name in Job.objects.occupying().values_list("slot", flat=True)[:1]:
            end_slots([name or ""], status=Status.ERRORED, why="ended by the test", by=engine_actor("test"))

    def work(slot: Slot) -> None:
        while Job.objects.waiting().exists():
            job = claim(slot).job
            while job is not None:
                job = finish(slot, job, DONE).job

    with over_and_over(nemesis):
        side_by_side(*(partial(work, new_slot(worker)) for _ in range(3)))
    assert over == []
    assert not Job.objects.exclude(status__in=[Status.DONE, Status.ERRORED]).exists()
    assert Job.objects.filter(status=Status.ERRORED).exists(), "the nemesis never struck: the test shows nothing"
