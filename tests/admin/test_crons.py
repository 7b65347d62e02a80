"""Crons in the admin: written through the engine's verbs, previewed before they are saved."""

from typing import Any

import pytest
from django.urls import reverse

from jobs.engine.clock import database_now
from jobs.models import AuditEvent, Cron, Job
from jobs.seal.parameters import open_parameters
from tests.admin.conftest import NOW, Browser, make_job
from tests.admin.cron_rows import ADD, LIST, PREVIEW, events, form, make_cron, page

pytestmark = pytest.mark.slow


def test_an_admin_adds_a_cron_and_the_audit_says_so(browser: Browser) -> None:
    answer = browser("admin").post(ADD, form(parameters='{"k": "v"}', locks='[{"name": "devices", "mode": "shared"}]'))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    cron = Cron.objects.get()
    assert (cron.parameters, cron.locks) == ({"k": "v"}, [{"name": "devices", "mode": "shared"}])
    assert cron.next_run_at is not None
    assert cron.next_run_at > database_now()
    assert events() == [("create", "nightly", "admin", "admin")]
    assert not Job.objects.exists()


def test_the_name_is_the_actions_unless_given(browser: Browser) -> None:
    assert browser("admin").post(ADD, form(name="")).status_code == 302
    assert Cron.objects.get().name == "noop"


def test_a_change_keeps_the_name_and_is_audited(browser: Browser) -> None:
    cron = make_cron()
    answer = browser("admin").post(page(cron), form(name="another", schedule="@hourly"))
    assert answer.status_code == 302
    assert list(Cron.objects.values_list("pk", "name", "schedule")) == [(cron.pk, "nightly", "@hourly")]
    event = AuditEvent.objects.get()
    assert event.before is not None
    assert event.after is not None
    assert (event.verb, event.before["schedule"], event.after["schedule"]) == ("change", "@daily", "@hourly")


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({"schedule": "54 3 * * *"}, "schedule", "0 54 3 * * *"),
        ({"schedule": "0 0 0 30 2 *"}, "schedule", ""),
        ({"timezone": "Europe/Atlantis"}, "timezone", "no time zone"),
        ({"action": "gone"}, "action", "no action"),
        ({"action": "sleep", "parameters": '{"seconds": "many"}'}, "parameters", "seconds"),
        ({"parameters": "[1]"}, "parameters", "not a JSON object"),
        ({"parameters": '{"n": ' + "9" * 5000 + "}"}, "parameters", "Enter a valid JSON"),
        ({"parameters": '{"n": ' * 5000}, "parameters", "Enter a valid JSON"),
        ({"parameters": '{"a": {"b": {"$sealed": "x"}}}'}, "parameters", "as secrets are stored"),
        ({"capacity_map": '{"scan": 0}'}, "capacity_map", "scan"),
        ({"locks": '["devices"]'}, "locks", "object"),
        ({"deadline_text": "soon"}, "deadline_text", ""),
        ({"stop_timeout_text": "-1s"}, "stop_timeout_text", "negative"),
        ({"retries": "101"}, "retries", ""),
        ({"priority": "-101"}, "priority", ""),
        ({"grace_seconds": "999999999"}, "grace_seconds", "365 days"),
        ({"name": "a/b"}, "name", "is not a cron's name"),
    ],
)
def test_what_the_engine_refuses_stands_at_its_field(
    browser: Browser, fields: dict[str, Any], at: str, words: str
) -> None:
    answer = browser("admin").post(ADD, form(**fields))
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [at]
    assert words in str(errors[at].as_data())
    assert not Cron.objects.exists()


def test_a_name_that_is_taken_is_refused_when_adding(browser: Browser) -> None:
    make_cron()
    answer = browser("admin").post(ADD, form(schedule="@hourly"))
    assert list(answer.context["adminform"].form.errors) == ["name"]
    assert Cron.objects.get().schedule == "@daily"


def test_the_next_runs_are_shown_before_saving(browser: Browser) -> None:
    query = {"schedule": "57 54 3 * * *", "timezone": "Asia/Kolkata"}
    shown = browser("auditor").get(PREVIEW, query).content.decode()
    assert shown.count("03:54:57 IST") == 10
    assert shown.count("22:24:57</time>") == 10
    assert "Asia/Kolkata" in shown
    add = browser("admin").get(ADD).content.decode()
    assert f'data-url="{PREVIEW}"' in add
    assert "jobsite/cron-preview.js" in add


def test_the_preview_says_what_is_wrong(browser: Browser) -> None:
    shown = browser("admin").get(PREVIEW, {"schedule": "<b>", "timezone": "UTC"}).content.decode()
    assert "<b>" not in shown
    assert "none" in shown


def test_deleted_crons_leave_their_jobs(browser: Browser) -> None:
    cron, other = make_cron(), make_cron(name="other")
    job = make_job(cron=cron, cron_due_at=NOW)
    assert browser("admin").post(page(cron, "delete"), {"post": "yes"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"}
    browser("admin").post(LIST, chosen)
    assert not Cron.objects.exists()
    assert events() == [("delete", "nightly", "admin", "admin"), ("delete", "other", "admin", "admin")]
    assert browser("admin").get(reverse("admin:jobs_job_change", args=[job.pk])).status_code == 200
    assert browser("admin").get(reverse("admin:jobs_job_changelist")).status_code == 200


def test_a_forged_form_is_refused(browser: Browser) -> None:
    client = browser("admin")
    client.handler.enforce_csrf_checks = True
    assert client.post(ADD, form()).status_code == 403
    for who in ("operator", "auditor"):
        assert browser(who).post(ADD, form()).status_code == 403
    assert not Cron.objects.exists()


def test_a_secret_is_masked_on_the_page_and_the_mask_saved_leaves_it_as_it_is(browser: Browser) -> None:
    secret = '{"url": "http://h", "headers": {"Authorization": "hunter2"}}'
    assert browser("admin").post(ADD, form(action="webhook", parameters=secret)).status_code == 302
    cron = Cron.objects.get()
    for role in ("admin", "auditor"):
        shown = browser(role).get(page(cron)).content.decode()
        assert "hunter2" not in shown
        assert "$sealed" not in shown
        assert "***" in shown
    masked = '{"url": "http://h", "headers": "***"}'
    changed = form(action="webhook", parameters=masked, schedule="@hourly")
    assert browser("admin").post(page(cron), changed).status_code == 302
    cron.refresh_from_db()
    assert cron.schedule == "@hourly"
    assert open_parameters(cron.parameters or {})["headers"] == {"Authorization": "hunter2"}
    assert "hunter2" not in str(list(AuditEvent.objects.values_list("before", "after")))
