"""/crons: saving, reading, deleting, running."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from jobs.models import AuditEvent, Cron, CronSkip, Job
from tests.api.conftest import ClientOf

pytestmark = pytest.mark.slow

KEYS = [
    *("id", "action", "schedule", "retries", "capacityMap", "parameters", "deadline", "stopTimeout", "nextRun"),
    *("name", "timezone", "misfire", "graceSeconds", "overlap", "enabled", "priority", "locks", "lastRun"),
]
JSON = "application/json"


@pytest.fixture
def admin(client_of: ClientOf) -> Client:
    return client_of("admin")


def save(client: Client, **body: Any) -> Any:
    """The minimal cron, and what the test says."""
    return client.post("/api/v0/crons", {"action": "noop", "schedule": "57 54 3 * * *", **body}, content_type=JSON)


def test_the_originals_own_body_is_enough(admin: Client) -> None:
    answer = save(admin)
    assert answer.status_code == 202
    cron = answer.json()
    assert list(cron) == KEYS
    assert cron["nextRun"] > timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert cron["nextRun"].endswith("03:54:57Z")
    assert {key: cron[key] for key in KEYS[3:8]} == {
        "retries": 0, "capacityMap": None, "parameters": None, "deadline": "", "stopTimeout": "",
    }  # fmt: skip
    assert {key: cron[key] for key in KEYS[9:]} == {
        "name": "noop", "timezone": "UTC", "misfire": "once", "graceSeconds": 3600, "overlap": "allow",
        "enabled": True, "priority": 0, "locks": None, "lastRun": None,
    }  # fmt: skip
    assert admin.get("/api/v0/crons/noop").json() == cron
    assert admin.get("/api/v0/crons/").json() == {"crons": [cron]}
    assert not Job.objects.exists(), "saving fires nothing"


def test_the_originals_two_crons_show_its_next_runs_on_its_day(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("jobs.engine.crons.spec", "jobsite.api.v0.views.crons"):
        monkeypatch.setattr(f"{module}.database_now", lambda: datetime(2017, 2, 21, 21, 5, tzinfo=UTC))
    nothing = {"capacityMap": None, "parameters": None, "deadline": "", "stopTimeout": ""}
    expected = [
        {"action": "license_update", "schedule": "57 54 3 * * *", "retries": 2, **nothing},
        {"action": "update_db", "schedule": "0 0 3 * * *", "retries": 0, **nothing},
    ]
    for body, next_run in zip(expected, ("2017-02-22T03:54:57Z", "2017-02-22T03:00:00Z"), strict=True):
        assert save(admin, **body).status_code == 202
        body["nextRun"] = next_run
    crons = admin.get("/api/v0/crons").json()["crons"]
    assert [{key: cron[key] for key in KEYS[1:9]} for cron in crons] == expected


def test_what_was_sent_is_echoed(admin: Client) -> None:
    sent = {
        "name": "nightly", "timezone": "Europe/Berlin", "misfire": "all", "graceSeconds": 60, "overlap": "replace",
        "enabled": False, "priority": 5, "locks": [{"name": "devices", "mode": "shared"}], "retries": 2,
        "capacityMap": {"scan": 1}, "parameters": {"k": "v"}, "deadline": "15m", "stopTimeout": "0s",
    }  # fmt: skip
    cron = save(admin, **sent).json()
    assert {key: cron[key] for key in sent} == sent
    assert cron["nextRun"] is None


def test_a_second_post_replaces_the_whole_and_keeps_the_id(admin: Client) -> None:
    first = save(admin, parameters={"k": "v"}, retries=2).json()
    second = save(admin, schedule="@hourly").json()
    assert second["id"] == first["id"]
    assert (second["schedule"], second["parameters"], second["retries"]) == ("@hourly", None, 0)
    assert Cron.objects.count() == 1
    events = AuditEvent.objects.filter(object_type="cron", object_id="noop").order_by("id")
    assert [(event.verb, event.user, event.dialect) for event in events] == [
        ("create", "admin", "v0"),
        ("change", "admin", "v0"),
    ]
    assert events[1].before is not None
    assert events[1].after is not None
    assert (events[1].before["schedule"], events[1].after["schedule"]) == ("57 54 3 * * *", "@hourly")


def test_crons_are_listed_by_name(admin: Client) -> None:
    for name in ("b", "a", "c"):
        save(admin, name=name)
    assert [cron["name"] for cron in admin.get("/api/v0/crons").json()["crons"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"schedule": None}, "schedule", ""),
        ({"schedule": ""}, "schedule", ""),
        ({"schedule": "54 3 * * *"}, "schedule", "0 54 3 * * *"),
        ({"schedule": "0 0 0 30 2 *"}, "schedule", ""),
        ({"schedule": "61 * * * * *"}, "schedule", ""),
        ({"schedule": "* " * 200}, "schedule", ""),
        ({"schedule": "@every 1ms"}, "schedule", ""),
        ({"action": "nosuch"}, "action", "no action 'nosuch' is registered"),
        ({"action": "a b"}, "action", ""),
        ({"action": "sleep", "parameters": {"seconds": "many"}}, "parameters.seconds", ""),
        ({"timezone": "Europe/Atlantis"}, "timezone", "no time zone"),
        ({"timezone": "../etc/passwd"}, "timezone", "no time zone"),
        ({"misfire": "twice"}, "misfire", "'twice' is none of skip, once, all"),
        ({"overlap": "maybe"}, "overlap", "'maybe' is none of allow, forbid, replace"),
        ({"graceSeconds": -1}, "graceSeconds", "from 0 to 365 days"),
        ({"graceSeconds": 10**12}, "graceSeconds", "from 0 to 365 days"),
        ({"graceSeconds": "60"}, "graceSeconds", ""),
        ({"enabled": "yes"}, "enabled", ""),
        ({"name": "a/b"}, "name", "is not a cron's name"),
        ({"name": "a\x00b"}, "name", "is not a cron's name"),
        ({"capacityMap": {"scan": 0}}, "capacityMap.scan", ""),
        ({"retries": 101}, "retries", ""),
        ({"priority": 101}, "priority", ""),
        ({"deadline": "soon"}, "deadline", ""),
        ({"stopTimeout": "-1s"}, "stopTimeout", ""),
        ({"locks": [{"name": "a b"}]}, "locks", ""),
        ({"parameters": {"k": "\x00"}}, "parameters.k", ""),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(admin: Client, body: dict[str, Any], field: str, words: str) -> None:
    answer = save(admin, **body)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["detail"]["field"]) == (400, "INVALID_FORM_FIELD", field)
    assert words in error["detail"]["reason"]
    assert not Cron.objects.exists()


def test_no_object_no_cron(admin: Client) -> None:
    answer = admin.post("/api/v0/crons", ["noop"], content_type=JSON)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "INVALID_JSON")


def test_a_deleted_cron_leaves_its_jobs(admin: Client) -> None:
    save(admin)
    job = admin.post("/api/v0/crons/noop/run").json()
    assert admin.delete("/api/v0/crons/noop").status_code == 204
    assert admin.get(f"/api/v0/jobs/{job['id']}").json()["status"] == "waiting"
    event = AuditEvent.objects.get(object_type="cron", verb="delete")
    assert event.before is not None
    assert event.before["schedule"] == "57 54 3 * * *"
    for answer in (admin.delete("/api/v0/crons/noop"), admin.get("/api/v0/crons/noop/")):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NO_SUCH_CRON")


def test_a_run_by_hand_answers_its_job(client_of: ClientOf, admin: Client) -> None:
    save(admin, parameters={"k": "v"}, enabled=False)
    answer = client_of("operator").post("/api/v0/crons/noop/run")
    assert answer.status_code == 202
    job = Job.objects.get(uuid=answer.json()["id"])
    assert (job.parameters, job.scheduled_by, job.cron_due_at) == ({"k": "v"}, "operator", None)
    listed = admin.get("/api/v0/jobs?cron=noop").json()["jobs"]
    assert [row["id"] for row in listed] == [str(job.uuid)]


@pytest.mark.parametrize("name", ["nosuch", "a%00b", "%F0%9F", "a b"])
@pytest.mark.parametrize("method", ["get", "delete", "post"])
def test_an_unknown_name_is_no_such_cron(admin: Client, name: str, method: str) -> None:
    address = f"/api/v0/crons/{name}" + ("/run" if method == "post" else "")
    answer = getattr(admin, method)(address)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NO_SUCH_CRON")


def test_a_run_of_an_action_that_is_gone_says_so(admin: Client) -> None:
    save(admin)
    Cron.objects.update(action="gone")
    answer = admin.post("/api/v0/crons/noop/run")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]["field"]) == (400, "action")


def test_who_may_only_add_can_not_replace(client_of: ClientOf, admin: Client) -> None:
    save(admin)
    nobody = client_of("nobody")
    User.objects.get(username="nobody").user_permissions.add(Permission.objects.get(codename="add_cron"))
    answer = save(nobody, schedule="@hourly")
    assert (answer.status_code, Cron.objects.get().schedule) == (403, "57 54 3 * * *")


def test_an_edit_is_a_recorded_skip_for_what_no_beat_has_fired(admin: Client) -> None:
    save(admin, schedule="@hourly")
    Cron.objects.update(next_run_at=Now() - timedelta(hours=2))
    save(admin, schedule="@hourly", priority=3)
    skip = CronSkip.objects.get()
    assert (skip.code, skip.reason) == ("EDITED", "the cron was changed before a beat came by: changed by admin")
    assert not Job.objects.exists()
    assert admin.get("/api/v0/crons/noop").json()["nextRun"] > timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(("schedule", "step"), [("0 0 * * * *", 3600), ("@every 1h", 3600)])
def test_the_next_run_is_in_the_future_also_while_no_beat_is_there(admin: Client, schedule: str, step: int) -> None:
    save(admin, schedule=schedule)
    first = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    Cron.objects.update(next_run_at=first)
    shown = admin.get("/api/v0/crons/noop").json()["nextRun"]
    assert shown == (first + timedelta(seconds=3 * step)).strftime("%Y-%m-%dT%H:%M:%SZ")
