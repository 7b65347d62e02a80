"""Secret parameters on the wire of both dialects: sent once, and *** from then on."""

from typing import Any

import pytest
from django.test import Client

from jobs.engine.actor import Actor
from jobs.engine.crons.run_now import run_now
from jobs.models import ActionConfig, AuditEvent, Cron, IdempotencyKey, Job
from jobs.seal.parameters import open_parameters
from tests.api.conftest import ClientOf
from tests.engine.stored import everything_stored

VALUE = "hunter2-correct-horse"
HEADERS = {"Authorization": VALUE}
WEBHOOK = {"action": "webhook", "parameters": {"url": "http://h", "headers": HEADERS}}
JSON = "application/json"


@pytest.fixture
def admin(client_of: ClientOf) -> Client:
    return client_of("admin")


def _post(client: Client, path: str, body: Any, *, status: int = 202, **headers: Any) -> Any:
    answer = client.post(f"/api/v0/{path}", body, content_type=JSON, headers=headers)
    assert answer.status_code == status, answer.content
    assert VALUE not in answer.content.decode()
    return answer.json()


def _shown(client: Client, *paths: str) -> None:
    for path in paths:
        answer = client.get(f"/api/{path}")
        assert answer.status_code == 200, answer.content
        assert VALUE not in answer.content.decode()
        assert "$sealed" not in answer.content.decode()


def test_a_job_shows_the_mask_in_both_dialects(admin: Client) -> None:
    job = _post(admin, "jobs", {**WEBHOOK, "next": WEBHOOK})
    assert job["parameters"] == {"url": "http://h", "headers": "***"}
    number = Job.objects.get().pk
    _shown(admin, "v0/jobs", f"v0/jobs/{job['id']}", f"v0/jobs/{job['id']}/detail")
    _shown(admin, "v1.0/jobs", f"v1.0/job/{number}")
    assert admin.get(f"/api/v1.0/job/{number}").json()["data"]["jobs"][0]["start_arguments"]["headers"] == "***"
    assert VALUE not in everything_stored()


def test_no_search_finds_it(admin: Client) -> None:
    _post(admin, "jobs", {"action": "webhook", "parameters": {"url": "http://h", "headers": HEADERS}})
    stored = (Job.objects.get().parameters or {})["headers"]["$sealed"]
    assert len(admin.get("/api/v0/jobs", {"parameters.url": "http://h"}).json()["jobs"]) == 1
    for name in ("parameters.headers", "parameters.headers.Authorization", "parameters.$sealed", "q"):
        for value in (VALUE, "***", "$sealed", stored, '{"Authorization": "' + VALUE + '"}'):
            assert admin.get("/api/v0/jobs", {name: value}).json()["jobs"] == [], (name, value)


def test_what_is_sent_again_with_its_key_is_known_by_a_digest_that_only_we_can_make(
    admin: Client, settings: Any
) -> None:
    key: dict[str, Any] = {"Idempotency-Key": "k"}
    first = _post(admin, "jobs", WEBHOOK, **key)
    assert _post(admin, "jobs", WEBHOOK, **key)["id"] == first["id"]
    made_with_ours = IdempotencyKey.objects.get().fingerprint
    settings.SECRET_KEY = "another" * 9
    _post(admin, "jobs", WEBHOOK, status=409, **key)
    assert IdempotencyKey.objects.get().fingerprint == made_with_ours


def test_a_cron_keeps_it_for_its_jobs_and_shows_the_mask(admin: Client) -> None:
    cron = _post(admin, "crons", {**WEBHOOK, "name": "nightly", "schedule": "@daily"})
    assert cron["parameters"]["headers"] == "***"
    _shown(admin, "v0/crons", "v0/crons/nightly")
    job = run_now("nightly", by=Actor(dialect="cli"))
    assert open_parameters(job.parameters or {})["headers"] == HEADERS
    assert VALUE not in everything_stored()
    assert AuditEvent.objects.get(verb="create").after["parameters"]["headers"] == "***"  # type: ignore[index]


def test_the_mask_sent_back_with_a_cron_leaves_its_secret_as_it_is(admin: Client) -> None:
    sent = {**WEBHOOK, "name": "nightly", "schedule": "@daily"}
    cron = _post(admin, "crons", sent)
    _post(admin, "crons", {**sent, "schedule": "@hourly", "parameters": {**cron["parameters"], "url": "http://i"}})
    saved = Cron.objects.get()
    assert saved.schedule == "@hourly"
    assert open_parameters(saved.parameters or {}) == {"url": "http://i", "headers": HEADERS}


def test_the_mask_is_no_secret_of_a_new_cron_nor_of_one_with_another_action(admin: Client) -> None:
    masked = {"url": "http://h", "headers": "***"}
    refused = _post(admin, "crons", {"action": "webhook", "schedule": "@daily", "parameters": masked}, status=400)
    assert refused["errors"][0]["detail"]["field"] == "parameters.headers"
    _post(admin, "crons", {"action": "noop", "name": "n", "schedule": "@daily", "parameters": {"headers": "x"}})
    changed = {"action": "webhook", "name": "n", "schedule": "@daily", "parameters": masked}
    assert "send the secret itself" in _post(admin, "crons", changed, status=400)["errors"][0]["message"]


def test_an_action_config_keeps_it_for_jobs_and_shows_the_mask(admin: Client) -> None:
    config = _post(admin, "action_configs", {"action": "webhook", "parameters": {"headers": HEADERS}})
    assert config["parameters"] == {"headers": "***"}
    _shown(admin, "v0/action_configs", "v0/action_configs/webhook")
    _post(admin, "action_configs", {"action": "webhook", "parameters": {**config["parameters"], "url": "http://i"}})
    kept = ActionConfig.objects.get().parameters
    assert open_parameters(kept) == {"url": "http://i", "headers": HEADERS}
    assert VALUE not in everything_stored()
    events = AuditEvent.objects.filter(object_type="action_config").order_by("pk")
    assert [event.after["headers"] for event in events if event.after] == ["***", "***"]


def test_the_mask_is_no_secret_of_a_new_action_config(admin: Client) -> None:
    masked = {"action": "webhook", "parameters": {"headers": "***"}}
    refused = _post(admin, "action_configs", masked, status=400)
    assert refused["errors"][0]["detail"]["field"] == "parameters.headers"


def test_clients_are_told_which_parameters_are_only_written(admin: Client) -> None:
    actions = {action["name"]: action for action in admin.get("/api/v0/actions").json()["actions"]}
    properties = actions["webhook"]["parameters"]["properties"]
    assert properties["headers"]["writeOnly"] is True
    assert "writeOnly" not in properties["url"]


def test_what_is_wrong_with_it_is_said_without_it(admin: Client) -> None:
    for headers in (VALUE, {"Authorization": VALUE + "\n"}, {"Host": VALUE}):
        body = {"action": "webhook", "parameters": {"url": "http://h", "headers": headers}}
        answer = admin.post("/api/v0/jobs", body, content_type=JSON)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["detail"]["field"].startswith("parameters.headers")
        assert VALUE not in answer.content.decode()


SEALED = {"$sealed": "x"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("jobs", {"action": "noop", "parameters": {"a": {"b": SEALED}}}, "parameters.a.b"),
        ("jobs", {"action": "noop", "parameters": {"a": SEALED}}, "parameters.a"),
        ("jobs", {"action": "noop", "parameters": {"a": [1, SEALED]}}, "parameters.a.1"),
        ("jobs", {"action": "noop", "parameters": SEALED}, "parameters"),
        ("jobs", {"action": "webhook", "parameters": {"url": "http://h", "headers": SEALED}}, "parameters.headers"),
        ("jobs", {"action": "noop", "next": {"action": "noop", "parameters": {"a": [SEALED]}}}, "next.parameters.a.0"),
        ("crons", {"action": "noop", "schedule": "@daily", "parameters": {"a": {"b": SEALED}}}, "parameters.a.b"),
        ("crons", {"action": "noop", "schedule": "@daily", "parameters": {"a": SEALED, "b": "***"}}, "parameters.a"),
        ("action_configs", {"action": "noop", "parameters": {"a": {"b": SEALED}}}, "parameters.a.b"),
        ("action_configs", {"action": "webhook", "parameters": {"headers": SEALED}}, "parameters.headers"),
    ],
)
def test_nobody_can_send_what_looks_sealed(admin: Client, path: str, body: Any, field: str) -> None:
    error = _post(admin, path, body, status=400)["errors"][0]
    assert (error["code"], error["detail"]["field"]) == ("INVALID_FORM_FIELD", field)
    assert "as secrets are stored" in error["message"]
    assert not any(model.objects.exists() for model in (Job, Cron, ActionConfig))


def test_not_even_what_was_sealed_here(admin: Client) -> None:
    _post(admin, "jobs", WEBHOOK)
    ours = (Job.objects.get().parameters or {})["headers"]
    for body in ({"action": "noop", "parameters": {"a": ours}}, {**WEBHOOK, "parameters": {"headers": ours}}):
        assert "as secrets are stored" in _post(admin, "jobs", body, status=400)["errors"][0]["message"]
