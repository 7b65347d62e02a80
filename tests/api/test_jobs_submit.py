"""POST /jobs and POST /jobs/{id}/cancel."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from jobs.models import AuditEvent, Job
from jobs.states import Status
from tests.api.conftest import ClientOf, MakeJob
from tests.api.test_jobs_list import KEYS


def submit(client: Client, **body: Any) -> Any:
    return client.post("/api/v0/jobs", body, content_type="application/json")


def test_a_submission_is_answered_202_with_the_job(client: Client) -> None:
    response = submit(client, action="noop")
    found = response.json()
    assert response.status_code == 202
    assert list(found) == KEYS
    assert (found["status"], found["workerID"], found["retryFromID"]) == ("waiting", "", found["id"])
    assert found == client.get(f"/api/v0/jobs/{found['id']}").json()


def test_what_was_sent_is_echoed_null_and_empty_apart(client: Client) -> None:
    sent = {
        "action": "noop",
        "parameters": {"k": "v", "n": 4, "nested": {"list": [True, None, 1.5]}},
        "retriesTotal": 3,
        "capacityMap": {"scan": 1, "bytes": 2**53},
        "deadline": "1.5h",
        "stopTimeout": "0s",
    }
    found = submit(client, **sent, retries=3, scheduledAt="2030-01-02T03:04:05.6789+01:00", unknown="ignored").json()
    assert {key: found[key] for key in sent} == sent
    assert found["scheduledAt"] == "2030-01-02T02:04:05.678Z"
    assert client.get(f"/api/v0/jobs/{found['id']}").json() == found
    empties: list[dict[str, Any] | None] = [{}, None]
    for empty in empties:
        found = submit(client, action="noop", parameters=empty, capacityMap=empty).json()
        assert (found["parameters"], found["capacityMap"]) == (empty, empty)


def test_null_is_the_same_as_not_sent(client: Client) -> None:
    nulls = dict.fromkeys(["retries", "deadline", "stopTimeout", "scheduledAt", "priority", "locks", "next", "comment"])
    found = submit(client, action="noop", **nulls).json()
    assert (found["retriesTotal"], found["deadline"], found["stopTimeout"]) == (0, "", "")


def test_the_vendors_own_example_is_accepted(client: Client) -> None:
    response = client.generic("POST", "/api/v0/jobs", b'{"action": "noop"}', content_type="application/json")
    assert response.status_code == 202


def test_what_the_13_keys_leave_out_stands_in_the_detail(client: Client) -> None:
    follower = {"action": "noop", "parameters": {}, "unknown": "\u0000"}
    locks = [{"name": "devices", "mode": "shared"}]
    job = submit(
        client, action="noop", priority=-5, locks=locks, next=follower, comment="why", ticketRef="T-1", retries=1
    ).json()
    detail = client.get(f"/api/v0/jobs/{job['id']}/detail").json()
    number = Job.objects.get().pk
    attempt = {
        "id": job["id"],
        "number": number,
        "workerID": "",
        "status": "waiting",
        "startedAt": None,
        "endedAt": None,
    }
    assert detail == {
        "number": number,
        "priority": -5,
        "locks": locks,
        "next": {"action": "noop", "parameters": {}},
        "comment": "why",
        "ticketRef": "T-1",
        "scheduledBy": "operator",
        "startedAt": None,
        "endedAt": None,
        "attempts": [attempt],
        "canceledBy": None,
        "cancelReason": None,
    }


def test_the_audit_says_who_from_where_and_with_what(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    headers = {"User-Agent": "curl/8\t" + "x" * 300, "X-Forwarded-For": "6.6.6.6, 192.0.2.7, 10.1.1.1"}
    client.post(
        "/api/v0/jobs", {"action": "noop"}, content_type="application/json", REMOTE_ADDR="10.0.0.1", headers=headers
    )
    event = AuditEvent.objects.get()
    assert (event.user, event.address, event.dialect, event.token) == ("operator", "192.0.2.7", "v0", "test")
    assert event.client == "curl/8\ufffd" + "x" * 193


@pytest.mark.parametrize("remote", ["203.0.113.9", "::1"])
def test_a_stranger_can_not_forge_its_address(client: Client, settings: Any, remote: str) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.1")]
    client.post(
        "/api/v0/jobs",
        {"action": "noop"},
        content_type="application/json",
        REMOTE_ADDR=remote,
        HTTP_X_FORWARDED_FOR="10.0.0.9",
    )
    assert AuditEvent.objects.get().address == remote


def test_who_may_not_submit_is_told_which_permission_is_missing(client_of: ClientOf) -> None:
    response = submit(client_of("auditor"), action="noop")
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"]) == (403, "NOT_AUTHORIZED")
    assert "jobs.submit_job" in error["message"]


def test_a_canceled_job_stays_canceled_however_often(client: Client) -> None:
    url = f"/api/v0/jobs/{submit(client, action='noop').json()['id']}/cancel"
    for _ in range(2):
        response = client.post(url)
        assert (response.status_code, response.content) == (204, b"")
    assert Job.objects.get().status == Status.CANCELED
    assert AuditEvent.objects.filter(verb="cancel", user="operator").count() == 1


@pytest.mark.parametrize(("before", "after"), [("running", "cancel_request"), ("deleted", "deleted")])
def test_a_running_job_is_asked_to_stop(client: Client, make_job: MakeJob, before: str, after: str) -> None:
    job = make_job(status=before)
    assert client.post(f"/api/v0/jobs/{job.uuid}/cancel/", b"not read", content_type="text/plain").status_code == 204
    assert Job.objects.get().status == after


@pytest.mark.parametrize("status", ["done", "errored", "timeout", "worker_dead", "worker_shutdown"])
def test_a_job_that_ended_otherwise_is_a_conflict_that_names_its_state(
    client: Client, make_job: MakeJob, status: str
) -> None:
    response = client.post(f"/api/v0/jobs/{make_job(status=status).uuid}/cancel")
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"], error["detail"]) == (409, "CONFLICT", {"status": status})
    assert status in error["message"]


def test_an_action_that_needs_more_says_which_permission(client: Client) -> None:
    body = {"action": "noop", "next": {"action": "onlinegc_jobs"}}
    response = client.post("/api/v0/jobs", body, content_type="application/json")
    assert response.status_code == 403
    assert response.json()["errors"] == [
        {
            "code": "NOT_AUTHORIZED",
            "message": "None of your roles allows this: the action onlinegc_jobs needs the permission jobs.delete_job.",
            "detail": {"action": "onlinegc_jobs", "permission": "jobs.delete_job"},
        }
    ]
    assert not Job.objects.exists()
