"""The doorbell on each broker: it rings at once, it does not flood the broker, and nobody swallows a bell."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db.models import Max
from django.utils import timezone

from jobs import doorbell
from jobs.engine.actor import Actor
from jobs.engine.drop_classes import drop_classes
from jobs.engine.enqueue import enqueue_many
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import Status
from jobsite.home import BASE_DIR
from tests.brokers.fixtures import Broker, on_each_broker
from tests.e2e.conftest import RunWorker, Submit, process_environ, wait_status, wait_until
from workers.models import CapacityClass, Worker

pytestmark = [pytest.mark.slow, pytest.mark.alone, on_each_broker]
BY = Actor(dialect="cli", user="ada")
# A swallowed bell costs up to two seconds.
AT_ONCE = 0.3
# Each submission in a transaction of its own, from a process of its own.
BURST = """
import sys, django
django.setup()
from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue
from jobs.engine.submission import Submission
for _ in range(int(sys.argv[1])):
    enqueue(Submission(action="noop", capacity_map={"scan": 1}), by=Actor(dialect="cli"))
"""
PROCESSES = 3
# Each process may ring half of what is missing before it asks again.
FEW = doorbell.ENOUGH * (1 + PROCESSES)


def late(job: Job) -> float:
    job.refresh_from_db()
    assert job.started_at is not None
    return (job.started_at - job.scheduled_at).total_seconds()


def burst(jobs: int) -> None:
    """So many submissions by several processes at once."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BURST, str(jobs // PROCESSES)],
            cwd=BASE_DIR,
            env=process_environ(),
        )
        for _ in range(PROCESSES)
    ]
    assert [process.wait(100) for process in processes] == [0] * PROCESSES


def hold_all(submit: Submit, tmp_path: Path, units: int) -> Path:
    """Jobs that hold so many units until the file that this names is there."""
    end = tmp_path / "end"
    running = Job.objects.running().count()
    for _ in range(units):
        submit("test_until_file", {"scan": 1}, parameters={"path": str(end)})
    wait_until(lambda: Job.objects.running().count() == running + units)
    return end


def test_a_single_job_on_an_idle_system_starts_at_once(broker: Broker, run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1")
    for _ in range(3 * doorbell.ENOUGH):
        assert late(wait_status(submit(capacity={"scan": 1}), Status.DONE)) < AT_ONCE


def test_a_bell_has_no_end_of_its_own(broker: Broker) -> None:
    """It would go by the clocks of two hosts."""
    assert doorbell.ring("scan")
    with current_app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        assert channel.basic_get("scan", no_ack=True).headers["expires"] is None


def test_no_clock_makes_a_bell_too_old(
    broker: Broker, run_worker: RunWorker, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a worker sees it whose clock is an hour ahead of the one that rang. Five times: a look may come by chance."""
    with current_app.producer_pool.acquire(block=True) as producer:
        run_worker("--capacity", "scan=1")
        monkeypatch.setattr(doorbell, "ring", lambda *_, **__: False)
        long_ago = timezone.now() - timedelta(hours=1)
        for _ in range(5):
            job = submit(capacity={"scan": 1})
            old: dict[str, Any] = {"producer": producer, "expires": long_ago, "ignore_result": True}
            current_app.send_task(doorbell.BELL, args=["scan", 0, 0], queue="scan", **old)
            assert late(wait_status(job, Status.DONE)) < AT_ONCE


def test_a_burst_leaves_few_bells_when_no_worker_takes_them(broker: Broker) -> None:
    burst(1500)
    assert Job.objects.filter(status=Status.WAITING).count() == 1500
    assert 1 <= broker.unread("scan") <= FEW


def test_a_burst_leaves_few_bells_when_workers_are_busy(
    broker: Broker, run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    run_worker("--capacity", "scan=2", "--slots", "2", name="full")
    end = hold_all(submit, tmp_path, 2)
    burst(1500)
    assert broker.unread("scan") <= FEW
    end.touch()
    wait_until(lambda: not Job.objects.exclude(status=Status.DONE).exists())


def test_one_bell_wakes_every_slot_of_every_worker_that_work_is_left_for(
    broker: Broker, run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        run_worker("--capacity", "scan=4", "--slots", "4", name=name)
    end = tmp_path / "end"
    wanted = [Submission(action="test_until_file", capacity_map={"scan": 1}, parameters={"path": str(end)})] * 12
    enqueue_many(wanted, by=BY)
    committed = timezone.now()
    wait_until(lambda: Job.objects.running().count() == 8)
    last = Job.objects.running().aggregate(last=Max("started_at"))["last"]
    assert last - committed < timedelta(seconds=AT_ONCE)
    end.touch()
    wait_until(lambda: not Job.objects.exclude(status=Status.DONE).exists())


@pytest.mark.parametrize("slots", [6, 2], ids=["free slots and no free unit", "no free slot"])
def test_a_full_worker_passes_each_bell_on_to_the_one_that_is_free(
    broker: Broker, run_worker: RunWorker, submit: Submit, tmp_path: Path, slots: int
) -> None:
    run_worker("--capacity", "scan=2", "--slots", str(slots), name="full")
    end = hold_all(submit, tmp_path, 2)
    run_worker("--capacity", "scan=2", "--slots", "3", name="free")
    for _ in range(40):
        assert late(wait_status(submit(capacity={"scan": 1}), Status.DONE)) < AT_ONCE
    end.touch()


def test_the_first_job_of_a_new_class_does_not_wait_for_long(
    broker: Broker, run_worker: RunWorker, submit: Submit
) -> None:
    run_worker("--capacity", "scan=9,check=9", "--slots", "3")
    spans = [late(wait_status(submit(capacity={"scan": 2, "check": n}), Status.DONE)) for n in range(1, 9)]
    assert max(spans) < 1, spans


def test_jobs_of_a_class_that_was_dropped_and_comes_back_run(
    broker: Broker, run_worker: RunWorker, submit: Submit
) -> None:
    worker = run_worker("--capacity", "scan=9", "--slots", "3")
    for _ in range(3):
        wait_status(submit(capacity={"scan": 3}), Status.DONE)
        CapacityClass.objects.update(last_used_at=timezone.now() - timedelta(hours=25))
        assert drop_classes(by=BY) == ["scan=3"]
        # It reads that queue no more from its next look on.
        seen = Worker.objects.get().heartbeat_at
        wait_until(lambda: Worker.objects.get().heartbeat_at > seen)  # noqa: B023
    wait_status(submit(capacity={"scan": 3}), Status.DONE)
    assert worker.process.poll() is None
