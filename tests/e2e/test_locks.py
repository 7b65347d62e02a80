"""Locks with real workers: two live runs of `sync_devices` take turns, two dry runs do not."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from jobs.states import Status
from jobsite.access.tokens import issue_token
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def api(transactional_db: None) -> Client:
    user = User.objects.create(username="ada", is_superuser=True)
    return Client(headers={"Authorization": f"Bearer {issue_token(user, name='test')}"})


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """While this file is not there, `sync_devices` of the workers waits before each device."""
    path = tmp_path / "gate"
    monkeypatch.setenv("TEST_GATE", str(path))
    return path


def _reason(api: Client, job: Job) -> Any:
    [reason] = api.get(f"/api/v0/jobs/{job.uuid}/waiting").json()["reasons"]
    return reason


def _sync(submit: Submit, *, dry_run: bool) -> Job:
    return submit("sync_devices", parameters={"all": "true", "dry_run": dry_run})


def test_two_live_syncs_take_turns_and_the_second_names_the_first(
    run_worker: RunWorker, submit: Submit, api: Client, gate: Path
) -> None:
    for name in ("w1", "w2"):
        run_worker("--capacity", "scan=1", "--slots", "2", name=name)
    first = wait_status(_sync(submit, dry_run=False), Status.RUNNING)
    second = _sync(submit, dry_run=False)
    lock = api.get("/api/v0/locks/devices").json()
    [holder] = lock["holders"]
    assert (holder["jobID"], holder["alive"], holder["stuck"]) == (str(first.uuid), True, None)
    assert [waiter["jobID"] for waiter in lock["waiters"]] == [str(second.uuid)]
    reason = _reason(api, second)
    assert (reason["code"], reason["by"]) == ("LOCK_HELD", str(first.uuid))
    gate.touch()
    first, second = wait_status(first, Status.DONE), wait_status(second, Status.DONE)
    assert first.ended_at is not None
    assert second.started_at is not None
    assert first.ended_at <= second.started_at
    assert (second.started_at - first.ended_at).total_seconds() < 1
    lock = api.get("/api/v0/locks/devices").json()
    assert (lock["holders"], lock["waiters"], lock["fence"]) == ([], [], 2)


def test_dry_runs_hold_nothing_and_overlap(run_worker: RunWorker, submit: Submit, gate: Path) -> None:
    run_worker("--capacity", "scan=1", "--slots", "3")
    jobs = [_sync(submit, dry_run=True) for _ in range(2)]
    wait_until(lambda: Job.objects.running().count() == 2)
    gate.touch()
    for job in jobs:
        wait_status(job, Status.DONE)


def test_a_killed_holders_lock_frees_itself(run_worker: RunWorker, submit: Submit) -> None:
    """The process dies with the lock; its worker sees that and the next one starts."""
    run_worker("--capacity", "scan=1", "--slots", "2")
    lock = [{"name": "devices", "mode": "exclusive"}]
    submit("test_exit", locks=lock)
    wait_status(submit(locks=lock), Status.DONE)


def test_a_burst_for_one_lock_runs_one_by_one(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1", "--slots", "4")
    lock = [{"name": "devices", "mode": "exclusive"}]
    jobs = [submit(locks=lock) for _ in range(30)]
    for job in jobs:
        wait_status(job, Status.DONE)
    spans = sorted(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("started_at", "ended_at"))
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))  # type: ignore[operator]
