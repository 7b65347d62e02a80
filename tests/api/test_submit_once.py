"""Idempotency-Key on POST /jobs, and unique actions on the wire."""

from typing import Any

import pytest
from django.test import Client

from jobs.actions import Action, registry
from jobs.models import IdempotencyKey, Job
from tests.api.conftest import ClientOf
from tests.api.test_jobs_list import KEYS


def submit(client: Client, key: str | None, **body: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/api/v0/jobs", {"action": "noop", **body}, content_type="application/json", headers=headers)


def test_the_same_key_and_body_are_answered_with_the_first_job(client: Client) -> None:
    first = submit(client, "a key", parameters={"b": 1, "a": 2})
    again = client.post(
        "/api/v0/jobs", b'{"parameters": {"a":2,"b":1},"action":"noop"}',
        content_type="application/json", headers={"Idempotency-Key": "a key"},
    )  # fmt: skip
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert list(again.json()) == KEYS
    assert ("Idempotent-Replay" in first, again["Idempotent-Replay"]) == (False, "true")
    assert Job.objects.count() == 1


def test_another_body_is_a_conflict(client: Client) -> None:
    submit(client, "k")
    response = submit(client, "k", priority=1)
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"], error["detail"]) == (409, "CONFLICT", {"key": "k"})
    assert Job.objects.count() == 1


def test_a_key_is_its_users_own(client: Client, client_of: ClientOf) -> None:
    assert submit(client, "k").json() != submit(client_of("admin"), "k").json()
    assert Job.objects.count() == 2


def test_a_deleted_job_is_a_conflict_and_is_not_made_again(client: Client) -> None:
    submit(client, "k")
    Job.objects.all().delete()
    response = submit(client, "k")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "CONFLICT")
    assert not Job.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "caf\u00e9", "\x7f"])
def test_a_key_that_is_none_is_refused(client: Client, key: str) -> None:
    response = submit(client, key)
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"]) == (400, "INVALID_PARAMETERS")
    assert error["detail"]["field"] == "Idempotency-Key"
    assert not Job.objects.exists()


def test_a_key_of_255_characters_is_one(client: Client) -> None:
    assert submit(client, "~" * 255).status_code == 202
    assert IdempotencyKey.objects.get().key == "~" * 255


def test_what_waits_already_is_answered_and_marked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._actions, "once", Action(name="once", run=lambda _: None, unique=True))
    first, again = submit(client, None, action="once"), submit(client, None, action="once")
    assert (again.status_code, again.json()) == (202, first.json())
    assert ("Deduplicated" in first, again["Deduplicated"]) == (False, "true")
    assert Job.objects.count() == 1


def test_a_job_that_runs_meanwhile_is_answered_as_it_is_now(client: Client) -> None:
    job = submit(client, "k").json()
    client.post(f"/api/v0/jobs/{job['id']}/cancel")
    assert submit(client, "k").json()["status"] == "canceled"
