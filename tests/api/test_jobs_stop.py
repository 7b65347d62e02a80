"""POST /jobs/{id}/cancel by force, DELETE /jobs/{id}, and the list of what needs a human."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from jobs.models import AuditEvent, Job
from jobs.states import FINAL, Status
from tests.api.conftest import ClientOf, MakeJob


@pytest.mark.parametrize(("query", "body"), [("?force=true", None), ("", {"force": True, "reason": "it hangs"})])
def test_a_cancel_by_force(query: str, body: Any, client_of: ClientOf, make_job: MakeJob) -> None:
    job = make_job(status=Status.RUNNING)
    more: dict[str, Any] = {} if body is None else {"data": body, "content_type": "application/json"}
    assert client_of("admin").post(f"/api/v0/jobs/{job.uuid}/cancel{query}", **more).status_code == 204
    job.refresh_from_db()
    assert (job.status, job.cancel_reason) == (Status.CANCEL_REQUEST, body and "it hangs")
    assert job.forced_at is not None


def test_force_needs_a_permission_of_its_own(client: Client, make_job: MakeJob) -> None:
    job = make_job(status=Status.RUNNING)
    response = client.post(f"/api/v0/jobs/{job.uuid}/cancel?force=true")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "NOT_AUTHORIZED")
    job.refresh_from_db()
    assert job.status == Status.RUNNING
    response = client.post(f"/api/v0/jobs/{job.uuid}/cancel?force=false")
    assert (response.status_code, "Content-Length" in response) == (204, False)


@pytest.mark.parametrize(
    ("query", "body", "field"),
    [("?force=1", {}, "force"), ("", {"force": "yes"}, "force"), ("", {"reason": 1}, "reason"), ("", [], None)],
)
def test_what_can_not_be_read_is_400(query: str, body: Any, field: str, client: Client, make_job: MakeJob) -> None:
    job = make_job(status=Status.RUNNING)
    response = client.post(f"/api/v0/jobs/{job.uuid}/cancel{query}", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0].get("detail", {}).get("field") == field


@pytest.mark.parametrize("status", [*FINAL, Status.WAITING])
def test_delete_of_a_job_that_does_not_run(client_of: ClientOf, make_job: MakeJob, status: str) -> None:
    job, admin = make_job(status=status), client_of("admin")
    assert admin.delete(f"/api/v0/jobs/{job.uuid}").status_code == 204
    response = admin.get(f"/api/v0/jobs/{job.uuid}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "NO_SUCH_JOB")
    event: Any = AuditEvent.objects.get(verb="delete")
    assert (event.user, event.before["status"]) == ("admin", status)
    assert admin.delete(f"/api/v0/jobs/{job.uuid}/").status_code == 404


@pytest.mark.parametrize("status", [Status.RUNNING, Status.CANCEL_REQUEST, Status.DELETED])
def test_delete_of_a_running_job_is_shown_until_its_worker_has_stopped_it(
    client_of: ClientOf, make_job: MakeJob, status: str
) -> None:
    job, admin = make_job(status=status), client_of("admin")
    for _ in range(2):
        assert admin.delete(f"/api/v0/jobs/{job.uuid}").status_code == 204
    assert admin.get(f"/api/v0/jobs/{job.uuid}").json()["status"] == "deleted"
    assert admin.post(f"/api/v0/jobs/{job.uuid}/cancel").status_code == 204


def test_delete_of_an_unknown_job_and_by_an_operator(client: Client, make_job: MakeJob) -> None:
    job = make_job(status=Status.DONE)
    assert client.delete(f"/api/v0/jobs/{job.uuid}").status_code == 403
    assert Job.objects.exists()


def test_delete_of_an_unknown_job_is_404(client_of: ClientOf) -> None:
    admin = client_of("admin")
    for job_id in (uuid4(), "nonsense"):
        assert admin.delete(f"/api/v0/jobs/{job_id}").status_code == 404


def test_what_a_worker_cut_and_nobody_ran_again_needs_a_human(client: Client, make_job: MakeJob) -> None:
    cut = {str(make_job(status=status).uuid) for status in (Status.WORKER_DEAD, Status.WORKER_SHUTDOWN)}
    make_job(status=Status.WORKER_DEAD, next_job=make_job())
    make_job(status=Status.ERRORED)
    listed = client.get("/api/v0/jobs?needsHuman=true").json()["jobs"]
    assert {job["id"] for job in listed} == cut
    assert client.get("/api/v0/jobs?needsHuman=maybe").status_code == 400
    for job_id in cut:
        client.post(f"/api/v0/jobs/{job_id}/retry")
    assert client.get("/api/v0/jobs?needsHuman=true").json()["jobs"] == []
