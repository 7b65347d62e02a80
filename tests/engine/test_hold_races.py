"""Holds that come and go while many slots claim: capacity is never exceeded, and no job is left or runs twice."""

import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.conf import LazySettings

from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import look
from jobs.engine.rescue import rescue
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.models import Hold, Job
from jobs.runner.keeper import keep
from jobs.states import Status
from tests.engine.conftest import NewSlot, NewWorker
from tests.engine.test_races import _over_capacity
from tests.engine.threads import over_and_over, side_by_side
from workers.presence import Identity

DONE = Outcome(status=Status.DONE)
TOTAL = {"scan": 3, "check": 2}
MAPS: list[dict[str, int]] = [
    {"scan": 1},
    {"scan": 1},
    {"check": 1},
    {"scan": 3},
    {"scan": 2, "check": 1},
    {"scan": 1},
    {"check": 2},
    {"scan": 1, "check": 2},
]


@pytest.mark.slow
def test_capacity_holds_and_every_job_runs_once_while_holds_come_and_go(
    by: Actor, new_worker: NewWorker, new_slot: NewSlot, settings: LazySettings
) -> None:
    settings.HOLD_AFTER = timedelta(0)
    jobs = [Submission(action="noop", capacity_map=MAPS[n % 8], priority=n % 16 // 15) for n in range(320)]
    enqueue_many(jobs, by=by)
    # Fewer slots than units: a slot may be what is missing.
    workers = [new_worker(TOTAL, slots=3) for _ in range(2)]
    mains = [new_slot(worker) for worker in workers]
    over: list[Counter[str]] = []
    held: set[int] = set()
    ran: list[int] = []

    def main_process(main: Slot, worker: Identity) -> None:
        time.sleep(0.02)
        seen = look(
            main.session,
            worker_id=worker.worker_id,
            boot_id=worker.boot_id,
            lease=settings.LEASE,
            classes=[one.id for one in main.classes()],
        )
        keep(main, seen)
        rescue(by=by)
        over.extend(_over_capacity(worker, TOTAL))
        held.update(Hold.objects.values_list("job_id", flat=True))

    def work(slot: Slot) -> None:
        while Job.objects.waiting().exists():
            job = claim(slot).job
            while job is not None:
                ran.append(job.id)
                job = finish(slot, job, DONE).job

    with over_and_over(*(partial(main_process, *pair) for pair in zip(mains, workers, strict=True))):
        side_by_side(*(partial(work, new_slot(worker)) for worker in workers for _ in range(3)))
    assert over == []
    assert len(ran) == len(set(ran)) == len(jobs)
    assert Job.objects.filter(status=Status.DONE).count() == len(jobs)
    assert held, "nothing was held for: the test shows nothing"
