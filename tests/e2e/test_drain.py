"""Drained workers, and a capacity that an operator changes, in real processes."""

from pathlib import Path

import pytest

from jobs.engine.actor import Actor
from jobs.engine.drain import drain, undrain
from jobs.engine.set_capacity import set_capacity
from jobs.engine.waiting import waiting_reasons
from jobs.models import Job
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until
from workers.models import Worker

pytestmark = pytest.mark.slow
BY = Actor(dialect="cli", user="ada")


def _hex_id(name: str) -> str:
    return Worker.objects.values_list("hex_id", flat=True).get(name=name)


def test_a_drained_worker_runs_what_it_has_and_passes_bells_on(
    run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    drained = run_worker("--capacity", "scan=2", name="drained")
    end = tmp_path / "end"
    job = wait_status(submit("test_until_file", {"scan": 1}, parameters={"path": str(end)}), Status.RUNNING)
    drain(_hex_id("drained"), by=BY)
    waits = submit(capacity={"scan": 1})
    assert [reason.code for reason in waiting_reasons(waits)] == ["WORKER_DRAINING"]
    run_worker("--capacity", "scan=2", name="other")
    for _ in range(6):
        done = wait_status(submit(capacity={"scan": 1}), Status.DONE, patience=5)
        assert done.worker is not None
        assert done.worker.name == "other"
    wait_status(waits, Status.DONE)
    end.touch()
    wait_status(job, Status.DONE)
    before = Worker.objects.get(name="drained").heartbeat_at
    wait_until(lambda: Worker.objects.get(name="drained").heartbeat_at > before)
    assert Worker.objects.get(name="drained").state == "draining"
    assert drained.process.poll() is None


def test_an_undrained_worker_takes_what_waits(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1")
    drain(_hex_id("w1"), by=BY)
    job = submit(capacity={"scan": 1})
    undrain(_hex_id("w1"), by=BY)
    wait_status(job, Status.DONE, patience=6)


def test_a_drained_worker_stops_as_any_other(run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker()
    job = wait_status(submit("sleep"), Status.RUNNING)
    drain(_hex_id("w1"), by=BY)
    worker.process.terminate()
    assert worker.process.wait(20) == 0
    job.refresh_from_db()
    assert (job.status, Worker.objects.get().state) == (Status.WORKER_SHUTDOWN, "stopped")


def test_a_capacity_set_while_it_runs_is_served_and_outlives_its_restart(
    run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    worker = run_worker("--capacity", "scan=1", "--slots", "3")
    end = tmp_path / "end"
    jobs = [submit("test_until_file", {"scan": 2}, parameters={"path": str(end)}) for _ in range(2)]
    assert [reason.code for reason in waiting_reasons(jobs[0])] == ["TOO_BIG"]
    set_capacity(_hex_id("w1"), {"scan": 4}, by=BY)
    wait_until(lambda: Job.objects.running().count() == 2)
    end.touch()
    for job in jobs:
        wait_status(job, Status.DONE)
    worker.stop()
    run_worker("--capacity", "scan=1", "--slots", "3")
    wait_status(submit(capacity={"scan": 4}), Status.DONE)
