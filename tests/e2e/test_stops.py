"""Cancels and deadlines against real processes: what listens, what does not, and what forks and hides."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.delete import delete
from jobs.engine.errors import JobEnded
from jobs.models import AuditEvent, Job, JobLog
from jobs.runner.descendants import is_gone
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, broker_pid, wait_status, wait_until

pytestmark = pytest.mark.slow
BY = Actor(dialect="cli", user="ada")
SLACK_SECONDS = 5.0


def _cancel(job: Job) -> Job:
    cancel(job.uuid, by=BY, reason="enough")
    return job


def _seconds_after_cancel(job: Job) -> float:
    asked_at = AuditEvent.objects.get(verb="cancel", object_id=str(job.uuid)).at
    assert job.ended_at is not None
    return (job.ended_at - asked_at).total_seconds()


def _ran_for(job: Job) -> float:
    assert job.started_at is not None
    assert job.ended_at is not None
    return (job.ended_at - job.started_at).total_seconds()


def _began(job: Job) -> None:
    wait_until(lambda: JobLog.objects.filter(job=job).exists())


def _error(job: Job) -> Any:
    return job.exception or {}


def test_a_cancel_raises_in_an_action_that_does_not_look(run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker("--slots", "1")
    job = submit("test_stubborn", parameters={"seconds": 600})
    _began(job)
    wait_status(_cancel(job), Status.CANCELED, patience=5)
    assert job.result == "cleaned up"
    assert _seconds_after_cancel(job) < 3
    wait_status(submit(), Status.DONE, patience=10)
    assert "Traceback" not in worker.log.read_text()


def test_a_c_loop_is_killed_at_its_stop_timeout_and_the_next_job_runs(run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker("--slots", "1")
    job = wait_status(submit("test_c_loop", stop_timeout="1s"), Status.RUNNING)
    following = submit("sleep", parameters={"seconds": 3})
    wait_status(_cancel(job), Status.CANCELED, patience=15)
    assert _seconds_after_cancel(job) < 1 + SLACK_SECONDS
    assert "killed" in _error(job)["message"]
    wait_status(following, Status.DONE, patience=15)
    assert following.slot != job.slot
    assert "Traceback" not in worker.log.read_text()


def test_a_stop_timeout_of_zero_kills_at_once(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = wait_status(submit("test_deaf", parameters={"seconds": 600}, stop_timeout="0s"), Status.RUNNING)
    wait_status(_cancel(job), Status.CANCELED, patience=5)
    assert _seconds_after_cancel(job) < 3


def test_a_deadline_ends_an_action_that_ignores_it(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = submit("test_deaf", parameters={"seconds": 600}, deadline="1s", stop_timeout="1s")
    wait_status(job, Status.TIMEOUT, patience=15)
    assert 2 <= _ran_for(job) < 2 + SLACK_SECONDS
    assert "deadline" in _error(job)["message"]
    assert "killed" in _error(job)["message"]
    assert list(JobLog.objects.filter(job=job).values_list("data", flat=True)) == ["began"]
    verbs = AuditEvent.objects.filter(object_id=str(job.uuid)).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["enqueue", "stop", "rescue"]
    wait_status(submit(), Status.DONE, patience=10)


def test_a_deadline_raises_in_an_action_that_listens(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = wait_status(submit("sleep", deadline="1s"), Status.TIMEOUT, patience=10)
    assert 1 <= _ran_for(job) < 4
    assert _error(job)["type"] == "DeadlineExceeded"
    wait_status(submit(), Status.DONE, patience=10)


def test_a_deadline_counts_from_the_start_and_a_job_without_one_is_untouched(
    run_worker: RunWorker, submit: Submit
) -> None:
    run_worker("--slots", "1")
    free = wait_status(submit("sleep", parameters={"seconds": 3}), Status.RUNNING)
    behind = submit("sleep", parameters={"seconds": 0.5}, deadline="2s")
    wait_status(behind, Status.DONE, patience=15)
    wait_status(free, Status.DONE)
    assert behind.started_at is not None
    assert (behind.started_at - behind.created_at).total_seconds() > 2


def test_an_action_that_checks_comes_to_its_end_within_its_stop_timeout(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = submit("test_check", parameters={"seconds": 3}, stop_timeout="8s")
    _cancel(wait_status(job, Status.RUNNING))
    wait_status(job, Status.CANCELED, patience=15)
    assert job.result == "came to its end"
    assert job.stop_at is None, "it was never signaled"


@pytest.mark.parametrize("action", ["test_daemon", "test_cmd_daemon", "test_cmd_deaf"])
def test_what_forks_twice_and_leaves_the_session_ends_with_the_job(
    action: str, run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    run_worker("--slots", "2")
    other = wait_status(submit("sleep", parameters={"seconds": 8}), Status.RUNNING)
    written = tmp_path / "pid"
    job = submit(action, parameters={"path": str(written)}, stop_timeout="1s")
    wait_until(lambda: written.exists() and written.read_text().strip())
    pid = int(written.read_text())
    assert not is_gone(pid)
    wait_status(_cancel(job), Status.CANCELED, patience=15)
    assert is_gone(pid), "before the row has ended"
    wait_status(other, Status.DONE, patience=20)


def test_a_forced_cancel_kills_within_a_look_whatever_the_action_declares(
    run_worker: RunWorker, submit: Submit
) -> None:
    run_worker("--slots", "2")
    deaf = wait_status(submit("test_deaf", parameters={"seconds": 600}, retries=1), Status.RUNNING)
    checks = wait_status(submit("test_check", parameters={"seconds": 600}, stop_timeout="10m"), Status.RUNNING)
    _cancel(checks)
    for job in (deaf, checks):
        cancel(job.uuid, by=BY, reason="it hangs", force=True)
    for job in (deaf, checks):
        forced_at = AuditEvent.objects.get(verb="force_cancel", object_id=str(job.uuid)).at
        wait_status(job, Status.CANCELED, patience=8)
        assert job.ended_at is not None
        assert (job.ended_at - forced_at).total_seconds() < 3
        assert _error(job)["message"] == "it was stopped by force: killed, at once"
    assert not Job.objects.filter(retry_from=deaf).exists()
    wait_status(submit(), Status.DONE, patience=10)


@pytest.mark.parametrize("action", ["test_deaf", "test_cmd_deaf"])
def test_no_cancel_of_what_ignores_sigterm_lasts_longer_than_its_stop_timeout_and_ten_seconds(
    action: str, run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    run_worker("--slots", "1")
    written = tmp_path / "pid"
    parameters = {"seconds": 600} if action == "test_deaf" else {"path": str(written)}
    job = wait_status(submit(action, parameters=parameters, stop_timeout="2s", retries=1), Status.RUNNING)
    wait_until(lambda: action == "test_deaf" or written.exists())
    wait_status(_cancel(job), Status.CANCELED, patience=15)
    assert _seconds_after_cancel(job) < 2 + 10
    assert _error(job)["message"], "how it ended is kept"
    assert not Job.objects.filter(retry_from=job).exists()


@pytest.mark.parametrize("action", ["test_stubborn", "test_deaf"])
def test_a_deleted_job_is_stopped_and_then_gone(action: str, run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker("--slots", "1")
    job = submit(action, parameters={"seconds": 600}, stop_timeout="2s", retries=1)
    _began(job)
    job.refresh_from_db()
    pid = int((job.slot or "").rpartition(":")[2])
    following = submit()
    delete(job.uuid, by=BY, reason="not mine")
    assert Job.objects.get(pk=job.pk).status == Status.DELETED
    wait_until(lambda: not Job.objects.filter(pk=job.pk).exists(), patience=12)
    assert not JobLog.objects.exists()
    wait_until(lambda: is_gone(pid), patience=3)
    wait_status(following, Status.DONE, patience=10)
    assert Job.objects.count() == 1, "no retry was made"
    assert "Traceback" not in worker.log.read_text()


def test_a_cancel_takes_effect_while_the_broker_is_away(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = wait_status(submit("test_c_loop", stop_timeout="1s"), Status.RUNNING)
    os.kill(pid := broker_pid(), signal.SIGSTOP)
    try:
        wait_status(_cancel(job), Status.CANCELED, patience=15)
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_status(submit(), Status.DONE, patience=15)


def test_a_job_that_was_canceled_while_its_worker_was_dead_does_not_stay_so(
    run_worker: RunWorker, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "6")
    worker = run_worker("--slots", "1")
    job = wait_status(submit("sleep"), Status.RUNNING)
    worker.process.kill()
    worker.process.wait()
    _cancel(job)
    run_worker("--slots", "1", name="w2")
    wait_status(job, Status.CANCELED, patience=15)
    assert _error(job)["message"] == "its worker died"


def test_cancels_never_meet_the_next_job_of_a_slot(run_worker: RunWorker, submit: Submit) -> None:
    """Canceled just as they end, with others behind them."""
    run_worker("--slots", "1")
    canceled = []
    others = []
    for _ in range(6):
        canceled.append(submit("test_stubborn", parameters={"seconds": 1}))
        others.append(submit("test_stubborn", parameters={"seconds": 0.2}))
    for job in canceled:
        wait_status(job, Status.RUNNING)
        time.sleep(0.9)
        with contextlib.suppress(JobEnded):
            _cancel(job)
    for job in others:
        assert wait_status(job, Status.DONE, patience=15).result == "slept"
