"""POST /actions/{action}/pause and /resume, the same of classes, GET /classes."""

from typing import Any

import pytest
from django.test import Client

from jobs.models import AuditEvent, Pause
from tests.api.conftest import ClientOf
from tests.api.test_jobs_submit import submit

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(client_of: ClientOf) -> Client:
    return client_of("admin")


def post(client: Client, address: str, body: Any = None) -> tuple[int, Any]:
    if body is None:
        response = client.generic("POST", f"/api/v0/{address}")
    else:
        response = client.post(f"/api/v0/{address}", body, content_type="application/json")
    return response.status_code, response.json() if response.content else None


def _paused(client: Client, what: str, name: str) -> bool:
    [found] = [item for item in client.get(f"/api/v0/{what}").json()[what] if item["name"] == name]
    return bool(found["paused"])


@pytest.mark.parametrize(("what", "name"), [("actions", "noop"), ("classes", "scan=1,scanCheck=2")])
def test_what_is_paused_says_so_until_it_is_resumed(admin: Client, what: str, name: str) -> None:
    job = submit(admin, action="noop", capacityMap={"scanCheck": 2, "scan": 1}).json()["id"]
    for _ in range(2):
        assert post(admin, f"{what}/{name}/pause", {"reason": "maintenance"}) == (204, None)
        assert _paused(admin, what, name)
    [reason] = admin.get(f"/api/v0/jobs/{job}/waiting").json()["reasons"]
    assert reason["code"] == ("ACTION_PAUSED" if what == "actions" else "CLASS_PAUSED")
    assert "paused by admin since" in reason["text"]
    for _ in range(2):
        assert post(admin, f"{what}/{name}/resume/") == (204, None)
        assert not _paused(admin, what, name)
    told = AuditEvent.objects.filter(verb__in=["pause", "resume"]).order_by("id")
    assert list(told.values_list("verb", "user", "dialect", "object_id", "reason")) == [
        ("pause", "admin", "v0", name, "maintenance"),
        ("resume", "admin", "v0", name, ""),
    ]


def test_classes_are_listed_by_name_with_their_needs(admin: Client) -> None:
    submit(admin, action="noop", capacityMap={"scan": 2})
    submit(admin, action="noop")
    assert admin.get("/api/v0/classes").json()["classes"] == [
        {"name": "default", "capacityMap": {"default": 1}, "paused": False},
        {"name": "scan=2", "capacityMap": {"scan": 2}, "paused": False},
    ]


@pytest.mark.parametrize("verb", ["pause", "resume"])
@pytest.mark.parametrize("name", ["nosuch", "%00", "9" * 3000])
def test_what_does_not_exist_is_404(admin: Client, verb: str, name: str) -> None:
    for what, code in (("actions", "NO_SUCH_ACTION"), ("classes", "NO_SUCH_CLASS")):
        status, body = post(admin, f"{what}/{name}/{verb}")
        assert (status, body["errors"][0]["code"]) == (404, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "INVALID_JSON"),
        ({"reason": 1}, "INVALID_FORM_FIELD"),
        ({"reason": "x" * 1001}, "INVALID_FORM_FIELD"),
        ({"reason": "a\u0000b"}, "INVALID_FORM_FIELD"),
        ({"reason": "\ud800"}, "INVALID_FORM_FIELD"),
    ],
)
def test_a_reason_that_can_not_be_kept_is_refused(admin: Client, body: Any, code: str) -> None:
    for what, name in (("actions", "noop"), ("classes", "default")):
        status, answer = post(admin, f"{what}/{name}/pause", body)
        assert (status, answer["errors"][0]["code"]) == (400, code)
    assert not Pause.objects.exists()


def test_an_operator_may_not_pause(client: Client) -> None:
    status, body = post(client, "actions/noop/pause")
    assert status == 403
    assert "jobs.pause" in body["errors"][0]["message"]
