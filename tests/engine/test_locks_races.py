"""Many slots, five names, both modes, cancels and rescues at once, through the engine's verbs with real commits."""

import random
import threading
import time

import pytest
from django.conf import settings
from django.db import connection

from jobs.engine.actor import Actor, engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.errors import JobEnded
from jobs.engine.finish import Outcome, finish
from jobs.engine.lines import sweep
from jobs.engine.rescue import end_slots, rescue
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import FINAL, Status
from locks.models import JobLock, LockName
from tests.engine.conftest import NewSlot, NewWorker
from tests.engine.threads import Threads
from workers.models import Worker

pytestmark = pytest.mark.slow
BY = engine_actor("test")
SECONDS = 8.0
NAMES = "abcde"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

# What must be true in each snapshot, as the number of rows that break it.
BROKEN = {
    "overlap": """SELECT count(*) FROM locks_joblock a JOIN locks_joblock b ON a.name = b.name AND a.job_id <> b.job_id
        AND 'exclusive' IN (a.mode, b.mode)""",
    "holder that does not run": """SELECT count(*) FROM locks_joblock JOIN jobs_job ON jobs_job.id = job_id
        WHERE NOT occupies""",
    "runs without all its locks": """SELECT count(*) FROM jobs_job WHERE occupies AND locks IS NOT NULL
        AND jsonb_array_length(locks) <> (SELECT count(*) FROM locks_joblock WHERE job_id = jobs_job.id)""",
    "over capacity": """SELECT count(*) FROM (SELECT worker_id FROM jobs_job WHERE occupies GROUP BY 1
        HAVING count(*) > 4) AS over""",
    "two woken of one class": """SELECT count(*) FROM (SELECT woken_for FROM jobs_job WHERE ready
        AND woken_for IS NOT NULL GROUP BY woken_for, capacity_class_id HAVING count(*) > 1) AS twice""",
}


class Stage(Threads):
    """What the threads share: when to stop, which fences were handed out in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = threading.Event()
        self.fences: dict[str, list[int]] = {name: [] for name in NAMES}
        self.broken: dict[str, int] = {}
        self.done = {"jobs": 0, "canceled": 0, "ended": 0, "rescued": 0, "passes": 0}


def _serve(stage: Stage, slot: Slot) -> None:
    """A slot's loop, until it is told to stop and has found nothing for long."""
    dice = random.Random(slot.name)
    idle = 0
    while idle < 100:
        job = claim(slot).job
        idle = idle + 1 if job is None and stage.stop.is_set() else 0
        while job is not None:
            stage.done["jobs"] += 1
            for name, fence in job.fence.items():
                # While it is held nobody else appends to it, if the lock excludes.
                stage.fences[name].append(fence)
            time.sleep(dice.random() * 0.02 if job.fence else 0)
            job = finish(slot, job, dice.choice([Outcome(status=Status.DONE), Outcome(status=Status.ERRORED)])).job
        time.sleep(0.02)


def _feed(stage: Stage) -> None:
    dice = random.Random(1)
    by = Actor(dialect="cli", user="ada")
    while not stage.stop.is_set():
        if Job.objects.waiting().count() < 300:
            enqueue_many([_random(dice) for _ in range(40)], by=by)
        for uuid in Job.objects.waiting().order_by("?").values_list("uuid", flat=True)[:2]:
            try:
                cancel(uuid, by=by)
                stage.done["canceled"] += 1
            except JobEnded:
                pass
        time.sleep(0.05)


def _random(dice: random.Random) -> Submission:
    names = dice.sample(NAMES, dice.choice([0, 0, 1, 2, 3]))
    return Submission(
        action="noop",
        capacity_map=dice.choice([{"scan": 1}, {"check": 1}]),
        priority=dice.randint(0, 2),
        retries=dice.choice([0, 0, 1]),
        locks=[{"name": name, "mode": dice.choice(["exclusive", "shared"])} for name in names],
    )


def _rescue(stage: Stage, worker_ids: list[int]) -> None:
    """Now a process is gone, now a worker's lease is over: their jobs end while they are at them."""
    dice = random.Random(2)
    while not stage.stop.is_set():
        for slot in Job.objects.occupying().order_by("?").values_list("slot", flat=True)[:1]:
            stage.done["ended"] += end_slots([slot or ""], status=Status.ERRORED, why="ended by the test", by=BY)
        Worker.objects.filter(pk=dice.choice(worker_ids)).update(state="dead")
        stage.done["rescued"] += rescue(by=BY)
        Worker.objects.filter(pk__in=worker_ids).update(state="running")
        sweep()
        stage.done["passes"] += 1


def _watch(stage: Stage) -> None:
    while not stage.stop.is_set():
        with connection.cursor() as cursor:
            for name, query in BROKEN.items():
                cursor.execute(query)
                stage.broken[name] = stage.broken.get(name, 0) + cursor.fetchone()[0]
        time.sleep(0.05)


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(DEADLOCKS)
        return int(cursor.fetchone()[0])


def test_no_overlap_no_deadlock_and_nobody_waits_for_ever(
    new_worker: NewWorker, new_slot: NewSlot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR")
    lease = settings.LEASE * 20
    workers = [new_worker({"scan": 2, "check": 2}, slots=4, lease=lease) for _ in range(2)]
    before = _deadlocks()
    stage = Stage()
    for worker in workers:
        for _ in range(4):
            stage.start(_serve, stage, new_slot(worker))
    stage.start(_feed, stage)
    stage.start(_rescue, stage, [worker.worker_id for worker in workers])
    stage.start(_watch, stage)
    time.sleep(SECONDS)
    stage.stop.set()
    stage.join()
    assert _deadlocks() == before
    assert stage.broken == dict.fromkeys(BROKEN, 0)
    assert all(stage.done.values()), f"something never happened: {stage.done}"
    assert min(len(fences) for fences in stage.fences.values()) > 20
    left = Job.objects.filter(due=True).exclude(status__in=FINAL)
    assert list(left.values_list("pk", "status", "blocked_by", "locks")) == []
    assert not JobLock.objects.exists()
    for name, fences in stage.fences.items():
        assert len(set(fences)) == len(fences), "no fence was handed out twice"
        assert LockName.objects.get(name=name).fence >= max(fences)
