"""/api/v0/action_configs: default parameters of actions."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.models import ActionConfig, AuditEvent, Job
from tests.api.conftest import ClientOf

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(client_of: ClientOf) -> Client:
    return client_of("admin")


def save(client: Client, body: Any, *, at: str = "/api/v0/action_configs") -> tuple[int, Any]:
    response = client.post(at, body, content_type="application/json")
    return response.status_code, response.json()


def test_a_config_is_made_listed_read_and_deleted(admin: Client) -> None:
    made = {"action": "sleep", "parameters": {"seconds": "5"}}
    assert save(admin, made, at="/api/v0/action_configs/") == (202, made)
    save(admin, {"action": "noop", "parameters": None})
    listed = admin.get("/api/v0/action_configs/").json()
    assert listed == {"actionConfigs": [{"action": "noop", "parameters": {}}, made]}
    assert list(listed["actionConfigs"][1]) == ["action", "parameters"]
    assert admin.get("/api/v0/action_configs/sleep").json() == made
    response = admin.delete("/api/v0/action_configs/sleep")
    assert (response.status_code, response.content) == (204, b"")
    assert admin.get("/api/v0/action_configs").json() == {"actionConfigs": [{"action": "noop", "parameters": {}}]}


def test_a_post_replaces_the_whole_map_and_the_audit_keeps_both(admin: Client) -> None:
    save(admin, {"action": "onlinegc_joblogs", "parameters": {"days": 30, "batch": 5}})
    assert save(admin, {"action": "onlinegc_joblogs", "parameters": {"days": 60}})[1]["parameters"] == {"days": 60}
    admin.delete("/api/v0/action_configs/onlinegc_joblogs/")
    events = AuditEvent.objects.filter(object_type="action_config", object_id="onlinegc_joblogs").order_by("id")
    assert [(event.verb, event.before, event.after, event.user, event.dialect) for event in events] == [
        ("create", None, {"days": 30, "batch": 5}, "admin", "v0"),
        ("change", {"days": 30, "batch": 5}, {"days": 60}, "admin", "v0"),
        ("delete", {"days": 60}, None, "admin", "v0"),
    ]
    assert not ActionConfig.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"action": "slep", "parameters": {}}, "action", "sleep"),
        ({"action": "no such", "parameters": {}}, "action", "pattern"),
        ({"parameters": {}}, "action", "required"),
        ({"action": "sleep"}, "parameters", "required"),
        ({"action": "sleep", "parameters": [1]}, "parameters", "dictionary"),
        ({"action": "sleep", "parameters": {"seconds": "long"}}, "parameters.seconds", "'long'"),
        ({"action": "webhook", "parameters": {"no_such_key": 1}}, "parameters.no_such_key", "not permitted"),
        ({"action": "noop", "parameters": {"k": "\x00"}}, "parameters.k", "NUL"),
        ({"action": "noop", "parameters": {"k": "\ud800"}}, "parameters.k", "surrogate"),
    ],
)
def test_what_the_action_would_refuse_is_refused_by_name(admin: Client, body: Any, field: str, words: str) -> None:
    code, answer = save(admin, body)
    [error] = answer["errors"]
    assert (code, error["code"], error["detail"]["field"]) == (400, "INVALID_FORM_FIELD", field)
    assert words in error["detail"]["reason"]
    assert not ActionConfig.objects.exists()


def test_what_the_action_requires_may_be_left_to_the_submissions(admin: Client) -> None:
    assert save(admin, {"action": "webhook", "parameters": {"payload": {"k": 1}}})[0] == 202
    refused = admin.post("/api/v0/jobs", {"action": "webhook"}, content_type="application/json")
    assert refused.json()["errors"][0]["detail"]["field"] == "parameters.url"
    own = {"action": "webhook", "parameters": {"url": "https://example.org/"}}
    assert admin.post("/api/v0/jobs", own, content_type="application/json").status_code == 202


def test_a_submission_without_its_own_values_is_judged_by_the_defaults(admin: Client) -> None:
    ActionConfig.objects.create(action="sleep", parameters={"seconds": "never"})
    refused = admin.post("/api/v0/jobs", {"action": "sleep"}, content_type="application/json")
    assert refused.json()["errors"][0]["detail"]["field"] == "parameters.seconds"
    own = {"action": "sleep", "parameters": {"seconds": 1}}
    assert admin.post("/api/v0/jobs", own, content_type="application/json").status_code == 202
    # What was sent is echoed: the defaults are not.
    assert Job.objects.get().parameters == {"seconds": 1}


@pytest.mark.parametrize("name", ["noop", "nonsense", "%00", "a%20b", "x" * 300])
def test_one_that_is_not_there_is_404(admin: Client, name: str) -> None:
    for response in (admin.get(f"/api/v0/action_configs/{name}"), admin.delete(f"/api/v0/action_configs/{name}")):
        assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "NO_SUCH_ACTION_CONFIG")


def test_operators_read_them_and_only_admins_write_them(client_of: ClientOf) -> None:
    operator = client_of("operator")
    assert save(operator, {"action": "noop", "parameters": {}})[0] == 403
    assert operator.delete("/api/v0/action_configs/noop").status_code == 403
    assert operator.get("/api/v0/action_configs").json() == {"actionConfigs": []}


def test_a_list_costs_the_same_however_long(admin: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    admin.get("/api/v0/action_configs")
    for count in (1, 20):
        ActionConfig.objects.bulk_create(ActionConfig(action=f"a{count}-{n}") for n in range(count))
        # Token; roles; the list.
        with django_assert_num_queries(3):
            admin.get("/api/v0/action_configs")
