"""PUT /job/{id}: abort."""

from typing import Any

import pytest
from django.test import Client

from jobs.models import AuditEvent
from jobs.states import Status
from tests.api.conftest import MakeJob
from tests.api_v1.conftest import jobs, refused, send


def abort(client: Client, number: int, **more: Any) -> dict[str, Any]:
    response = send(client, "put", f"/job/{number}", {"action": "ABORT", **more})
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["status"] == "success"
    [job] = body["data"]["jobs"]
    assert job == jobs(client)[0]
    return dict(job)


def test_a_scheduled_job_is_aborted_at_once_and_its_result_says_by_whom(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    found = abort(client, job.pk)
    assert found["status"] == "ABORTED"
    assert found["result"] == {"message": "Aborted via API call (aborted by operator)"}
    assert found["finish_time"]
    event = AuditEvent.objects.get(verb="cancel")
    assert (event.user, event.dialect, event.object_id) == ("operator", "v1", str(job.uuid))


def test_the_reason_is_kept(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    assert abort(client, job.pk, abort_reason="wrong site")["result"] == {"message": "wrong site (aborted by operator)"}
    assert AuditEvent.objects.get(verb="cancel").reason == "wrong site"


@pytest.mark.parametrize("reason", [None, "", "  ", 1, ["x"], {}])
def test_a_reason_that_is_no_text_is_the_default_one(client: Client, make_job: MakeJob, reason: Any) -> None:
    found = abort(client, make_job().pk, abort_reason=reason)
    assert found["result"] == {"message": "Aborted via API call (aborted by operator)"}


def test_a_long_reason_is_cut(client: Client, make_job: MakeJob) -> None:
    found = abort(client, make_job().pk, abort_reason="x" * 3000)
    assert found["result"] == {"message": "x" * 255 + " (aborted by operator)"}


def test_a_running_job_answers_aborting_and_keeps_the_reason(client: Client, make_job: MakeJob) -> None:
    job = make_job(status=Status.RUNNING)
    found = abort(client, job.pk, abort_reason="late")
    assert (found["status"], found["result"], found["finish_time"]) == ("ABORTING", None, None)
    job.refresh_from_db()
    assert (job.cancel_reason, job.canceled_by) == ("late", "operator")


def test_an_aborted_job_keeps_its_real_result(client: Client, make_job: MakeJob) -> None:
    make_job(status=Status.CANCELED, result={"devices": {}}, canceled_by="ann")
    assert jobs(client)[0]["result"] == {"devices": {}}


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("done", "FINISHED"), ("errored", "EXCEPTION"), ("worker_dead", "EXCEPTION"), ("canceled", "ABORTED"),
        ("cancel_request", "ABORTING"), ("worker_shutdown", "ABORTED"), ("deleted", "ABORTED"),
    ],
)  # fmt: skip
def test_what_has_ended_or_is_aborting_can_not_be_aborted(
    client: Client, make_job: MakeJob, status: str, word: str
) -> None:
    job = make_job(status=status)
    words = f"Job id {job.pk} is in state {word}, must be SCHEDULED or RUNNING to abort"
    assert refused(send(client, "put", f"/job/{job.pk}", {"action": "ABORT"})) == (400, words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Action must be specified"),
        ({"action": None}, "Action must be specified"),
        ({"action": ""}, "Action must be specified"),
        ({"abort_reason": "x"}, "Action must be specified"),
        ({"action": "RESTART"}, "Unknown action: RESTART"),
        ({"action": ["ABORT"]}, "Unknown action: ['ABORT']"),
        ({"action": 1}, "Unknown action: 1"),
    ],
)
def test_what_is_no_abort_is_400_in_the_originals_words(
    client: Client, make_job: MakeJob, body: dict[str, Any], words: str
) -> None:
    job = make_job()
    assert refused(send(client, "put", f"/job/{job.pk}", body)) == (400, words)
    assert jobs(client)[0]["status"] == "SCHEDULED"


def test_a_query_that_is_refused_aborts_nothing(client: Client, make_job: MakeJob) -> None:
    status, message = refused(send(client, "put", f"/job/{make_job().pk}?filter_jobresult=x", {"action": "ABORT"}))
    assert (status, "filter_jobresult" in message) == (400, True)
    assert jobs(client)[0]["status"] == "SCHEDULED"


def test_no_body_at_all_is_no_action(client: Client, make_job: MakeJob) -> None:
    # As `cnaas jobs abort` of the original's command line sends it.
    response = client.put(f"/api/v1.0/job/{make_job().pk}")
    assert refused(response) == (400, "Action must be specified")


def test_an_unknown_job_is_400(client: Client, db: None) -> None:
    assert refused(send(client, "put", "/job/1", {"action": "ABORT"})) == (400, "No job with id 1 found")
    assert refused(send(client, "put", f"/job/{'9' * 30}", {"action": "abort"}))[0] == 400
    assert refused(send(client, "put", "/job/x", {"action": "ABORT"}))[0] == 400


@pytest.mark.parametrize("reason", ["\x00", "\ud800"])
def test_a_reason_that_can_not_be_stored_is_400(client: Client, make_job: MakeJob, reason: str) -> None:
    job = make_job()
    assert refused(send(client, "put", f"/job/{job.pk}", {"action": "ABORT", "abort_reason": reason}))[0] == 400
    assert jobs(client)[0]["status"] == "SCHEDULED"
