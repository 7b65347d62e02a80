"""The seed's worked example: a worker with one scan and one scanCheck, and three jobs."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from jobs.models import Job
from tests.e2e.conftest import RunWorker, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def client(django_user_model: Any) -> APIClient:
    user = django_user_model.objects.create_superuser("admin", password="x")
    client = APIClient()
    client.force_authenticate(user)
    return client


def _jobs(client: APIClient, ids: list[str]) -> list[dict[str, Any]]:
    return [client.get(f"/api/v0/jobs/{id_}").json() for id_ in ids]


def test_the_first_and_third_job_run_at_once_and_the_second_when_the_first_is_done(
    client: APIClient, run_worker: RunWorker, tmp_path: Any
) -> None:
    run_worker("--capacity", "scan=1,scanCheck=1", "--id", "000000000000")
    [worker] = client.get("/api/v0/workers").json()["workers"]
    assert (worker["id"], worker["status"]) == ("000000000000", "running")
    assert worker["capacityMap"] == {"scan": 1, "scanCheck": 1}

    files = [tmp_path / name for name in ("first", "second", "third")]
    ids = []
    for path, needs in zip(files, [{"scan": 1}, {"scan": 1}, {"scanCheck": 1}], strict=True):
        body = {"action": "test_until_file", "parameters": {"path": str(path)}, "capacityMap": needs}
        answer = client.post("/api/v0/jobs", body, format="json")
        assert answer.status_code == 202, answer.content
        assert (answer.json()["status"], answer.json()["workerID"]) == ("waiting", "")
        ids.append(answer.json()["id"])

    wait_until(lambda: Job.objects.running().count() == 2)
    first, second, third = _jobs(client, ids)
    assert [(job["workerID"], job["status"], job["capacityMap"]) for job in (first, second, third)] == [
        ("000000000000", "running", {"scan": 1}),
        ("", "waiting", {"scan": 1}),
        ("000000000000", "running", {"scanCheck": 1}),
    ]

    files[0].touch()
    wait_until(lambda: _jobs(client, ids)[1]["status"] == "running")
    first, second, third = _jobs(client, ids)
    assert [job["status"] for job in (first, second, third)] == ["done", "running", "running"]
    assert second["workerID"] == "000000000000"

    files[1].touch()
    files[2].touch()
    wait_until(lambda: not Job.objects.running().exists())
    assert [job["status"] for job in _jobs(client, ids)] == ["done"] * 3
    assert client.get(f"/api/v0/jobs/{ids[0]}/result").json()["result"] == "seen"
