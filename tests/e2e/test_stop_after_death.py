"""A worker whose slot has died is told to stop: it ends in time, whatever it was doing about the death."""

import os
import signal
import time

import pytest

from jobs.runner.process import pid_of
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, wait_status

pytestmark = pytest.mark.slow
# The grace of two seconds, what is killed after it, and the pool's own goodbye.
ENDED_SECONDS = 15
# Before the pool's loop has seen the death, and while it replaces the process.
SINCE_THE_DEATH = [0, 0.01, 0.03, 0.06, 0.1]


@pytest.mark.timeout(300)
def test_a_worker_that_lost_a_process_ends_in_time(run_worker: RunWorker, submit: Submit) -> None:
    took: dict[float, float] = {}
    for number, since in enumerate(SINCE_THE_DEATH):
        worker = run_worker("--slots", "2", name=f"w{number}")
        jobs = [submit("sleep", parameters={"seconds": 60}) for _ in range(2)]
        for job in jobs:
            wait_status(job, Status.RUNNING)
        os.kill(pid_of(jobs[0].slot or ""), signal.SIGKILL)
        time.sleep(since)
        worker.process.terminate()
        began = time.monotonic()
        assert worker.process.wait(ENDED_SECONDS) == 0, took
        took[since] = time.monotonic() - began
