"""Processes that die under their job: it ends within a heartbeat, and its error says how they went."""

import time
from typing import Any

import pytest

from jobs.models import Job
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until

pytestmark = pytest.mark.slow
# A look a second while jobs run.
HEARTBEAT_SECONDS = 1.0
SLACK_SECONDS = 1.0


def _error(job: Job) -> Any:
    return job.exception or {}


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("segfault", "its process was killed by signal 11 (SIGSEGV)"),
        ("oom", "its process was killed by signal 9 (SIGKILL)"),
        ("exit", "its process ended with exit code 3"),
    ],
)
def test_a_death_ends_the_job_within_a_heartbeat_and_is_told_in_words(
    way: str, words: str, run_worker: RunWorker, submit: Submit
) -> None:
    run_worker("--slots", "2")
    other = wait_status(submit("sleep", parameters={"seconds": 4}), Status.RUNNING)
    job = wait_status(submit("test_die", parameters={"way": way, "after": 0.5}), Status.ERRORED, patience=15)
    assert _error(job)["message"] == words
    assert job.started_at is not None
    assert job.ended_at is not None
    assert (job.ended_at - job.started_at).total_seconds() < 0.5 + HEARTBEAT_SECONDS + SLACK_SECONDS
    wait_status(submit(), Status.DONE, patience=10)
    wait_status(other, Status.DONE, patience=10)


def test_processes_that_die_young_are_told_of_too(run_worker: RunWorker, submit: Submit) -> None:
    """Each attempt kills a process that the pool has just started."""
    run_worker("--slots", "1")
    jobs = [submit("test_die", parameters={"way": "segfault", "after": 0}) for _ in range(4)]
    for job in jobs:
        wait_status(job, Status.ERRORED, patience=20)
        assert _error(job)["message"] == "its process was killed by signal 11 (SIGSEGV)"
    wait_status(submit(), Status.DONE, patience=10)


def test_a_death_makes_the_retry_that_is_left(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = submit("test_die", parameters={"way": "exit", "after": 0}, retries=1)
    wait_status(job, Status.ERRORED, patience=15)
    began = time.monotonic()
    wait_until(lambda: Job.objects.filter(retry_from=job, status=Status.ERRORED).exists(), patience=25)
    assert time.monotonic() - began > 1, "after its backoff"
