"""Clients that were written for the original, as they are on PyPI, against a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cnaas_nms_api_client import AuthenticatedClient
from cnaas_nms_api_client.api.job import get_job_by_id_api
from cnaas_nms_api_client.api.joblocks import delete_job_lock_api, get_job_lock_api
from cnaas_nms_api_client.api.jobs import get_jobs_api
from cnaas_nms_api_client.models.jobs import Jobs
from django.contrib.auth.models import Group, User
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from jobs.states import Status
from jobsite.access.roles import make_groups
from jobsite.access.tokens import issue_token
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, MakeJob

pytestmark = pytest.mark.slow


@pytest.fixture
def token(transactional_db: None) -> str:
    make_groups()
    user = User.objects.create(username="operator")
    user.groups.set(Group.objects.filter(name="operator"))
    return issue_token(user, name="cnaas")


@pytest.fixture
def api(live_server: LiveServer, token: str) -> Iterator[AuthenticatedClient]:
    with AuthenticatedClient(base_url=f"{live_server.url}/api/v1.0", token=token) as client:
        yield client


def cnaas(live_server: LiveServer, token: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line, with nothing but its two settings."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(home),
        "COLUMNS": "200",
        "CNAAS_BASE_URL": f"{live_server.url}/api/v1.0",
        "CNAAS_API_KEY": token,
    }
    command = [sys.executable, "-m", "cnaas_cli", *words]
    return subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, timeout=60, check=False)


def body(response: Any) -> Any:
    return json.loads(response.content)


def test_cnaas_jobs_list_and_show(live_server: LiveServer, token: str, tmp_path: Path, make_job: MakeJob) -> None:
    job = make_job(status=Status.DONE, action="sync_devices", parameters={"dry_run": False}, scheduled_by="ann")
    table = cnaas(live_server, token, tmp_path, "jobs", "list")
    assert table.returncode == 0, table.stderr
    for word in (str(job.pk), "FINISHED", "sync_devices", "ann"):
        assert word in table.stdout
    listed = cnaas(live_server, token, tmp_path, "jobs", "list", "-o", "json")
    assert json.loads(listed.stdout)["data"]["jobs"][0]["id"] == job.pk
    shown = cnaas(live_server, token, tmp_path, "jobs", "show", str(job.pk))
    assert json.loads(shown.stdout)["data"]["jobs"][0]["status"] == "FINISHED"


def test_cnaas_says_in_our_words_what_is_wrong(live_server: LiveServer, token: str, tmp_path: Path) -> None:
    unknown = cnaas(live_server, token, tmp_path, "jobs", "show", "12")
    assert unknown.returncode == 1
    assert "No job with id 12 found" in unknown.stderr
    stranger = cnaas(live_server, "x", tmp_path, "jobs", "list")
    assert "Could not decode JWT token" in stranger.stderr
    assert "Check CNAAS_API_KEY" in stranger.stderr


def test_cnaas_system_version(live_server: LiveServer, token: str, tmp_path: Path) -> None:
    found = cnaas(live_server, token, tmp_path, "system", "version")
    assert json.loads(found.stdout)["data"]["version"]


def test_the_api_client_lists_jobs_and_locks(api: AuthenticatedClient, make_job: MakeJob) -> None:
    job = make_job(status=Status.RUNNING)
    JobLock.objects.create(
        lock=LockName.objects.create(name="devices", fence=1), job=job, mode="exclusive", fence=1, acquired_at=NOON
    )
    assert body(get_jobs_api.sync_detailed(client=api))["data"]["jobs"][0]["id"] == job.pk
    assert body(get_job_by_id_api.sync_detailed(job.pk, client=api))["data"]["jobs"][0]["status"] == "RUNNING"
    [lock] = body(get_job_lock_api.sync_detailed(client=api))["data"]["locks"]
    assert (lock["job_id"], lock["name"]) == (job.pk, "devices")


def test_the_api_client_clears_the_lock_of_a_dead_holder(api: AuthenticatedClient, make_job: MakeJob) -> None:
    # It runs in no process that its worker knows: it is dead.
    job = make_job(status=Status.RUNNING)
    JobLock.objects.create(
        lock=LockName.objects.create(name="devices", fence=1), job=job, mode="exclusive", fence=1, acquired_at=NOON
    )
    response = delete_job_lock_api.sync_detailed(client=api, body=Jobs(name="devices"))
    assert (response.status_code, body(response)["data"]) == (200, {"name": "devices", "status": "deleted"})
    assert Job.objects.get(pk=job.pk).status == Status.WORKER_DEAD
    again = delete_job_lock_api.sync_detailed(client=api, body=Jobs(name="devices"))
    assert (again.status_code, body(again)["message"]) == (404, "No such lock found in database")
