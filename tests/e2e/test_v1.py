"""/api/v1.0 with real workers: syncs, upgrades, aborts and locks as a client of the original sees them."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from examples.sample_home import sample_home
from jobs.runner.reporter import CANCEL_SECONDS
from tests.e2e.conftest import RunWorker, wait_until

pytestmark = pytest.mark.slow

ROOT = "/api/v1.0"
IMAGE = "EOS-4.32.1F.swi"
JOB_KEYS = [
    "id", "status", "scheduled_time", "start_time", "finish_time", "function_name", "scheduled_by", "comment",
    "ticket_ref", "next_job_id", "result", "exception", "finished_devices", "change_score", "start_arguments",
]  # fmt: skip


@pytest.fixture
def client(django_user_model: Any) -> APIClient:
    user = django_user_model.objects.create_superuser("admin", password="x")
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def sample() -> Iterator[Path]:
    """The data that workers of this test change, as new before and afterwards."""
    shutil.rmtree(sample_home())
    yield sample_home()
    shutil.rmtree(sample_home())


def start(client: APIClient, path: str, **body: Any) -> int:
    answer = client.post(f"{ROOT}/{path}", body, format="json")
    assert answer.status_code == 200, answer.content
    return int(answer.json()["job_id"])


def job(client: APIClient, number: int) -> dict[str, Any]:
    [found] = client.get(f"{ROOT}/job/{number}").json()["data"]["jobs"]
    assert list(found) == JOB_KEYS
    return dict(found)


def ended(client: APIClient, number: int) -> dict[str, Any]:
    wait_until(lambda: job(client, number)["finish_time"])
    return job(client, number)


def test_a_sync_ends_finished_with_diffs_score_and_finished_devices(
    client: APIClient, run_worker: RunWorker, sample: Path
) -> None:
    run_worker("--slots", "1")
    dry = ended(client, start(client, "device_syncto", hostname="eosdist", force=True))
    assert (dry["status"], dry["function_name"], dry["change_score"]) == ("FINISHED", "sync_devices (dry_run)", 21)
    assert dry["finished_devices"] == ["eosdist"]
    live = ended(client, start(client, "device_syncto", hostname="eosdist", dry_run=False))
    assert (live["status"], live["function_name"], live["result"]) == ("FINISHED", "sync_devices", dry["result"])
    tasks = live["result"]["devices"]["eosdist"]["job_tasks"]
    assert tasks[2]["diff"].startswith("@@")
    assert (sample / "running" / "eosdist.cfg").read_text() == tasks[1]["result"]
    assert client.get(f"{ROOT}/joblocks").json()["data"]["locks"] == []


def test_an_exception_names_what_was_raised(client: APIClient, run_worker: RunWorker) -> None:
    run_worker("--slots", "1")
    client.post("/api/v0/jobs", {"action": "false"}, format="json")
    [found] = client.get(f"{ROOT}/jobs").json()["data"]["jobs"]
    found = ended(client, found["id"])
    assert (found["status"], found["result"]) == ("EXCEPTION", None)
    assert list(found["exception"]) == ["message", "type", "args", "traceback"]
    assert found["exception"]["args"] == ["this action always fails"]
    assert "RuntimeError" in found["exception"]["traceback"]


def test_devices_that_already_passed_the_check_continue_with_their_upgrades(
    client: APIClient, run_worker: RunWorker, sample: Path
) -> None:
    # The second device is held in its pre-check, until somebody writes what it reads.
    held = sample / "flash" / "eosaccess2" / "boot-config"
    held.parent.mkdir(parents=True)
    os.mkfifo(held)
    run_worker("--slots", "1")
    number = start(client, "firmware/upgrade", group="access", url=IMAGE)
    wait_until(lambda: job(client, number)["finished_devices"] == ["eosaccess1"])
    [lock] = client.get(f"{ROOT}/joblocks").json()["data"]["locks"]
    assert (lock["job_id"], lock["name"], lock["holder_alive"], lock["abort"]) == (number, "devices", True, False)
    refused = client.delete(f"{ROOT}/joblocks", {"name": "devices"}, format="json")
    assert refused.status_code == 409
    assert f"job {number} (device_upgrade) on worker w1" in refused.json()["message"]

    body = {"action": "ABORT", "abort_reason": "wrong image"}
    [aborting] = client.put(f"{ROOT}/job/{number}", body, format="json").json()["data"]["jobs"]
    assert (aborting["status"], aborting["finish_time"]) == ("ABORTING", None)
    # An action asks at most so often whether it is to stop.
    time.sleep(CANCEL_SECONDS)
    held.write_text("SWI=flash:/EOS-4.30.5M.swi\n")
    found = ended(client, number)
    assert (found["status"], found["exception"]) == ("ABORTED", None)
    first, second = (found["result"]["devices"][name] for name in ("eosaccess1", "eosaccess2"))
    assert [task["task_name"] for task in first["job_tasks"]] == [
        "Pre-check", "Copy image", "Activate image", "Post-check",
    ]  # fmt: skip
    assert first["failed"] is False
    assert (second["failed"], second["job_tasks"][-1]["result"]) == (True, "aborted")
    assert (sample / "flash" / "eosaccess1" / "boot-config").read_text() == f"SWI=flash:/{IMAGE}\n"
    assert client.get(f"{ROOT}/joblocks").json()["data"]["locks"] == []


def test_a_forced_delete_stops_the_holder_and_then_the_lock_is_gone(
    client: APIClient, run_worker: RunWorker, sample: Path
) -> None:
    run_worker("--slots", "1")
    body = {"action": "sleep", "parameters": {"seconds": 60}, "locks": [{"name": "devices"}]}
    client.post("/api/v0/jobs", body, format="json")
    wait_until(lambda: client.get(f"{ROOT}/joblocks").json()["data"]["locks"])
    answer = client.delete(f"{ROOT}/joblocks", {"name": "devices", "force": True}, format="json")
    assert (answer.status_code, answer.json()["data"]) == (202, {"name": "devices", "status": "stopping"})
    wait_until(lambda: not client.get(f"{ROOT}/joblocks").json()["data"]["locks"])
    [found] = client.get(f"{ROOT}/jobs").json()["data"]["jobs"]
    assert found["status"] == "ABORTED"
