"""What a worker does with real jobs: bells, looks, schedules, new classes, stops."""

import logging
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.waiting import waiting_reasons
from jobs.models import Job, JobLog
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, broker_pid, wait_status, wait_until
from workers.models import Worker

pytestmark = pytest.mark.slow
BY = Actor(dialect="cli", user="ada")


def _late(job: Job) -> float:
    job.refresh_from_db()
    assert job.started_at is not None
    return (job.started_at - job.scheduled_at).total_seconds()


def test_a_scheduled_job_starts_within_a_second_of_its_time(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1")
    jobs = [submit(scheduled_at=timezone.now() + timedelta(seconds=seconds)) for seconds in (0.5, 2.7, 5.5)]
    for job in jobs:
        wait_status(job, Status.DONE)
        assert 0 <= _late(job) < 1


def test_a_class_that_appears_while_a_worker_runs_is_served(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=3,check=2", "--slots", "3")
    job = wait_status(submit(capacity={"scan": 2, "check": 1}), Status.DONE)
    assert _late(job) < 5


def test_a_job_that_no_worker_can_hold_waits_and_says_so(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1")
    big, strange = submit(capacity={"scan": 2}), submit(capacity={"gpu": 1})
    wait_status(submit(capacity={"scan": 1}), Status.DONE)
    assert [reason.code for reason in waiting_reasons(big)] == ["TOO_BIG"]
    assert waiting_reasons(big)[0].text == "needs scan=2, and no worker's total reaches it (the largest has 1)"
    assert [reason.text for reason in waiting_reasons(strange)] == ["no worker has capacity of type gpu"]
    big.refresh_from_db()
    assert big.status == Status.WAITING


def test_a_full_worker_passes_bells_on_to_one_that_is_free(
    run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    """Both read the queue; the first has free slots but no free unit."""
    run_worker("--capacity", "scan=2", "--slots", "6", name="full")
    end = tmp_path / "end"
    long_jobs = [submit("test_until_file", {"scan": 1}, parameters={"path": str(end)}) for _ in range(2)]
    wait_until(lambda: Job.objects.running().count() == 2)
    run_worker("--capacity", "scan=2", "--slots", "3", name="free")
    wait_status(submit(capacity={"scan": 2}), Status.DONE)  # A new class takes a moment to be known.
    for needs in ({"scan": 1}, {"scan": 2}) * 4:
        assert _late(wait_status(submit(capacity=needs), Status.DONE)) < 1
    end.touch()
    for job in long_jobs:
        wait_status(job, Status.DONE)


def test_log_lines_and_progress_are_seen_while_the_job_runs(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1")
    job = wait_status(submit("test_chatty"), Status.RUNNING)
    wait_until(lambda: JobLog.objects.filter(job=job).count() == 2, patience=3)
    lines = list(JobLog.objects.filter(job=job).values_list("line_number", "data"))
    assert lines == [(0, "first line"), (1, "second line\N{REPLACEMENT CHARACTER}")]
    wait_until(lambda: Job.objects.get(pk=job.pk).finished == ["eosdist"], patience=4)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total, job.change_score) == (1, 2, 40)
    cancel(job.uuid, by=BY)
    wait_status(job, Status.CANCELED, patience=5)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("set", "not JSON"), ("nan", "not JSON"), ("surrogate", "not JSON"), ("nul", "NUL"), ("large", "max_result")],
)
def test_a_result_that_can_not_be_kept_fails_the_job_with_the_reason(
    kind: str, reason: str, run_worker: RunWorker, submit: Submit
) -> None:
    run_worker()
    job = wait_status(submit("test_result", parameters={"kind": kind}), Status.ERRORED)
    assert reason in (job.exception or {})["message"]
    wait_status(submit(), Status.DONE)


def test_a_sleeping_job_wakes_when_canceled(run_worker: RunWorker, submit: Submit) -> None:
    run_worker()
    job = wait_status(submit("sleep"), Status.RUNNING)
    cancel(job.uuid, by=BY, reason="enough")
    wait_status(job, Status.CANCELED, patience=4)
    assert (job.exception or {})["type"] == "JobCanceled"


def test_a_process_that_dies_takes_only_its_job_along(run_worker: RunWorker, submit: Submit) -> None:
    run_worker()
    job = wait_status(submit("test_exit"), Status.ERRORED, patience=10)
    assert (job.exception or {})["message"] == "its process ended with exit code 3"
    wait_status(submit(), Status.DONE)


def test_sigterm_gives_jobs_their_grace_and_then_ends_them(run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker()
    job = wait_status(submit("sleep"), Status.RUNNING)
    worker.process.terminate()
    assert worker.process.wait(20) == 0
    job.refresh_from_db()
    assert job.status == Status.WORKER_SHUTDOWN
    assert Worker.objects.get().state == "stopped"


def test_a_worker_killed_comes_back_under_its_name_and_its_job_has_ended(
    run_worker: RunWorker, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "6")
    worker = run_worker()
    job = wait_status(submit("sleep"), Status.RUNNING)
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()
    run_worker()
    wait_status(job, Status.WORKER_DEAD, patience=15)
    wait_status(submit(), Status.DONE)


def test_a_worker_that_comes_back_after_its_lease_finds_its_result_refused(
    run_worker: RunWorker, submit: Submit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "6")
    frozen = run_worker(name="frozen")
    end = tmp_path / "end"
    job = wait_status(submit("test_until_file", parameters={"path": str(end)}), Status.RUNNING)
    # Only the process that would stop the slots in time: they run on.
    os.kill(frozen.process.pid, signal.SIGSTOP)
    run_worker(name="rescuer")
    wait_status(job, Status.WORKER_DEAD, patience=15)
    end.touch()
    wait_until(lambda: Job.objects.get(pk=job.pk).late_result_at is not None)
    os.kill(frozen.process.pid, signal.SIGCONT)
    job.refresh_from_db()
    assert (job.status, job.result) == (Status.WORKER_DEAD, None)
    assert frozen.process.wait(20) == 1
    wait_status(submit(), Status.DONE)


def test_a_second_worker_of_one_name_is_refused(run_worker: RunWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "6")
    run_worker()
    with pytest.raises(AssertionError, match="is alive"):
        run_worker()


def test_messages_that_are_no_bells_are_ignored(run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker()
    with current_app.producer_pool.acquire(block=True) as producer:
        for body, content_type in (
            (b"\x80\x04N.", "application/x-python-serialize"),
            (b"not json", "application/json"),
            (b'[["default", 9999, 0], {}, {}]', "application/json"),
            (b'[[["deep"], 1, 0], {}, {}]', "application/json"),
        ):
            producer.publish(
                body,
                routing_key="default",
                exchange="default",
                content_type=content_type,
                content_encoding="utf-8",
                headers={"task": "jobs.bell", "id": "forged", "lang": "py"},
            )
    current_app.send_task("os.system", args=["true"], queue="default")
    # A time limit of a forged bell must not kill the slot that works for it.
    job = submit("sleep", parameters={"seconds": 3})
    current_app.send_task("jobs.bell", args=["default", 1, 0], queue="default", time_limit=1, soft_time_limit=1)
    wait_status(job, Status.DONE)
    assert worker.process.poll() is None
    text = worker.log.read_text()
    assert "it is not a bell" in text
    assert "os.system" in text


def test_what_is_submitted_while_the_broker_is_away_runs_after_its_return(
    run_worker: RunWorker, submit: Submit
) -> None:
    """The server is stopped, not slowed: bells are refused and lost."""
    run_worker("--capacity", "scan=1")
    pid = broker_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        began = timezone.now()
        job = submit(capacity={"scan": 1})
        assert (timezone.now() - began).total_seconds() < 5
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_status(job, Status.DONE, patience=10)


def test_lost_bells_cost_time_and_no_job(
    run_worker: RunWorker, submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        jobs = [submit(capacity={"scan": 1}) for _ in range(5)]
    with current_app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        channel.client.flushall()
    run_worker("--capacity", "scan=1")
    for job in jobs:
        wait_status(job, Status.DONE)
