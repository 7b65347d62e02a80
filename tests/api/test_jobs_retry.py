"""POST /jobs/{id}/retry."""

from uuid import UUID

import pytest
from django.test import Client

from jobs.models import AuditEvent
from jobs.states import FINAL, Status
from tests.api.conftest import ClientOf, MakeJob


@pytest.mark.parametrize("status", FINAL)
def test_any_ended_job_is_run_once_more_as_a_new_job(client: Client, make_job: MakeJob, status: str) -> None:
    job = make_job(status=status, retries_total=3, capacity_map={}, parameters={"k": "v"})
    response = client.post(f"/api/v0/jobs/{job.uuid}/retry")
    assert response.status_code == 202
    made = response.json()
    assert made["id"] != str(job.uuid)
    assert made == {
        **client.get(f"/api/v0/jobs/{made['id']}").json(),
        "retryFromID": str(job.uuid),
        "workerID": "",
        "status": "waiting",
        "retriesLeft": 3,
        "retriesTotal": 3,
        "parameters": {"k": "v"},
        "capacityMap": {},
    }
    attempts = client.get(f"/api/v0/jobs/{job.uuid}/detail").json()["attempts"]
    assert [attempt["id"] for attempt in attempts] == [str(job.uuid), made["id"]]
    assert AuditEvent.objects.get(verb="retry").dialect == "v0"


@pytest.mark.parametrize("status", sorted({*Status} - {*FINAL}))
def test_a_job_that_has_not_ended_is_a_conflict_that_names_its_state(
    client: Client, make_job: MakeJob, status: str
) -> None:
    response = client.post(f"/api/v0/jobs/{make_job(status=status).uuid}/retry/")
    assert response.status_code == 409
    assert response.json()["errors"] == [
        {"code": "CONFLICT", "message": f"The job has not ended: it is {status}.", "detail": {"status": status}}
    ]


@pytest.mark.parametrize("job_id", [str(UUID(int=42)), "nonsense"])
def test_an_unknown_job_is_404(client: Client, job_id: str) -> None:
    response = client.post(f"/api/v0/jobs/{job_id}/retry")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "NO_SUCH_JOB")


def test_an_auditor_may_not_retry(client_of: ClientOf, make_job: MakeJob) -> None:
    job = make_job(status=Status.ERRORED)
    assert client_of("auditor").post(f"/api/v0/jobs/{job.uuid}/retry").status_code == 403
