"""Crons in the admin: written through the engine's verbs, previewed before they are saved."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.engine.clock import database_now
from jobs.models import AuditEvent, Cron, CronSkip, Job
from jobs.seal.parameters import open_parameters
from jobsite.console.crons.runs import runs_of
from jobsite.console.crons.strip import strip_of
from tests.admin.conftest import NOW, Browser, make_job

pytestmark = pytest.mark.slow
ADD, LIST, PREVIEW = (reverse(f"admin:jobs_cron_{name}") for name in ("add", "changelist", "preview"))


def form(**fields: Any) -> dict[str, Any]:
    """What a browser posts."""
    return {
        "name": "nightly", "action": "noop", "schedule": "57 54 3 * * *", "timezone": "Europe/Berlin", "enabled": "on",
        "misfire": "once", "grace_seconds": "3600", "overlap": "allow", "priority": "0", "retries": "0",
        "deadline_text": "", "stop_timeout_text": "", "parameters": "", "capacity_map": "", "locks": "", **fields,
    }  # fmt: skip


def page(cron: Cron, view: str = "change") -> str:
    return reverse(f"admin:jobs_cron_{view}", args=[cron.pk])


def make_cron(**fields: Any) -> Cron:
    later = {"next_run_at": NOW + timedelta(hours=1)} if fields.get("enabled", True) else {}
    return Cron.objects.create(**{"name": "nightly", "action": "noop", "schedule": "@daily", **later, **fields})


def events() -> list[tuple[str, str, str, str]]:
    rows = AuditEvent.objects.filter(object_type="cron").order_by("id")
    return [(row.verb, row.object_id, row.user, row.dialect) for row in rows]


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


def test_the_page_shows_the_next_and_the_last_runs(browser: Browser) -> None:
    cron = make_cron()
    job = make_job(cron=cron, cron_due_at=NOW, scheduled_at=NOW, status="errored")
    make_job(cron=cron, scheduled_at=NOW, scheduled_by="ann")
    CronSkip.objects.create(cron=cron, due_at=NOW, last_due_at=NOW, count=3, code="OVERLAP", reason="it still ran")
    for who in ("auditor", "admin"):
        shown = browser(who).get(page(cron)).content.decode()
        assert shown.count("00:00:00") >= 10
        assert reverse("admin:jobs_job_change", args=[job.pk]) in shown
        assert "run by ann" in shown
        assert "3 due times" in shown
        assert "it still ran" in shown


def test_of_many_runs_the_page_shows_the_last_thirty(browser: Browser) -> None:
    cron = make_cron()
    for minute in range(20):
        due = NOW - timedelta(minutes=minute)
        make_job(cron=cron, cron_due_at=due, scheduled_at=due, status="errored")
        skip = due - timedelta(seconds=1)
        CronSkip.objects.create(
            cron=cron, due_at=skip, last_due_at=skip, count=1, code="OVERLAP", reason="it still ran"
        )
    shown = browser("auditor").get(page(cron)).content.decode()
    assert shown.count("<td>it still ran</td>") == 15
    pages = [reverse("admin:jobs_job_change", args=[job.pk]) for job in Job.objects.order_by("-scheduled_at")]
    assert [f'"{each}"' in shown for each in pages] == [True] * 15 + [False] * 5


def test_the_list_says_what_it_means_and_how_the_last_run_ended(browser: Browser) -> None:
    done, skipped = make_cron(schedule="57 54 3 * * *"), make_cron(name="other", enabled=False)
    make_job(cron=done, cron_due_at=NOW, scheduled_at=NOW)
    CronSkip.objects.create(cron=skipped, due_at=NOW, last_due_at=NOW, count=1, code="MISSED", reason="x")
    shown = browser("auditor").get(LIST).content.decode()
    for words in ("03:54:57", "done", "skipped", "disabled", "1 skipped", "1 ran"):
        assert words in shown


def _choose(browser: Browser, who: str, action: str, *crons: Cron) -> Any:
    """From the list to the page that asks, and its answer."""
    chosen = {"action": action, "_selected_action": [str(cron.pk) for cron in crons]}
    asked = browser(who).post(LIST, chosen)
    if asked.status_code != 302 or "id=" not in asked.headers["Location"]:
        return asked
    url = asked.headers["Location"]
    shown = browser(who).get(url)
    assert "Reason" in shown.content.decode()
    return browser(who).post(url, {"id": [cron.pk for cron in crons], "reason": "for a test"}, follow=True)


def test_chosen_crons_are_disabled_and_enabled(browser: Browser) -> None:
    cron, other = make_cron(), make_cron(name="other")
    _choose(browser, "admin", "disable_crons", cron)
    assert set(Cron.objects.values_list("name", "enabled")) == {("nightly", False), ("other", True)}
    _choose(browser, "admin", "enable_crons", cron, other)
    cron.refresh_from_db()
    assert cron.enabled
    assert cron.next_run_at is not None
    assert cron.next_run_at > timezone.now()
    assert events() == [("disable", "nightly", "admin", "admin"), ("enable", "nightly", "admin", "admin")]
    assert set(AuditEvent.objects.values_list("reason", flat=True)) == {"for a test"}


def test_an_operator_runs_a_cron_now_and_changes_none(browser: Browser) -> None:
    cron = make_cron()
    answer = _choose(browser, "operator", "run_crons", cron)
    job = Job.objects.get()
    assert f'href="{reverse("admin:jobs_job_change", args=[job.pk])}"' in answer.content.decode()
    assert (job.cron_id, job.cron_due_at, job.scheduled_by) == (cron.pk, None, "operator")
    _choose(browser, "operator", "disable_crons", cron)
    assert Cron.objects.get().enabled
    _choose(browser, "auditor", "run_crons", cron)
    assert Job.objects.count() == 1
    assert events() == [("run", "nightly", "operator", "admin")]


def test_a_run_that_is_refused_says_why(browser: Browser) -> None:
    answer = _choose(browser, "operator", "run_crons", make_cron(action="gone"))
    assert "no action &#x27;gone&#x27; is registered" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("verb", "allowed"), [("run", {"operator", "admin"}), ("enable", {"admin"}), ("disable", {"admin"})]
)
def test_a_verb_is_shown_to_those_who_may_and_refused_to_others(browser: Browser, verb: str, allowed: set[str]) -> None:
    cron = make_cron(enabled=verb != "enable")
    url = f"{reverse(f'admin:jobs_cron_{verb}')}?id={cron.pk}"
    for who in ("auditor", "operator", "admin"):
        assert (f'href="{url}"' in browser(who).get(page(cron)).content.decode()) == (who in allowed)
        asked = browser(who).get(url)
        assert asked.status_code == (200 if who in allowed else 403)
        forced = browser(who).post(url, {"id": cron.pk, "reason": ""})
        # Without a reason it asks again.
        assert forced.status_code == (200 if who in allowed else 403)
    assert not AuditEvent.objects.exists()


def test_a_verb_over_crons_that_are_gone_is_not_found(browser: Browser) -> None:
    for sent in ("", "?id=1", "?id=x", "?id=99999999999999999999"):
        assert browser("admin").get(reverse("admin:jobs_cron_run") + sent).status_code == 404


def test_the_page_keeps_its_runs_fresh(browser: Browser) -> None:
    cron = make_cron()
    url = reverse("admin:jobs_cron_runs", args=[cron.pk])
    assert f'data-live="{url}"' in browser("auditor").get(page(cron)).content.decode()
    first = browser("auditor").get(url)
    known = {"if-none-match": first.headers["ETag"]}
    assert browser("auditor").get(url, headers=known).status_code == 304
    make_job(cron=cron, cron_due_at=NOW, scheduled_at=NOW, status="errored")
    assert "errored" in browser("auditor").get(url, headers=known).content.decode()
    assert browser("anonymous").get(url).status_code == 401
    assert browser("staff").get(url).status_code == 403


def test_the_strip_tells_ran_late_skipped_and_failed_apart(db: None) -> None:
    cron = make_cron()
    made = {"cron": cron, "created_at": NOW}
    for minutes, fields in enumerate(({"status": "done"}, {"status": "errored"}, {"status": "canceled"})):
        due = NOW - timedelta(seconds=10 * minutes)
        make_job(**made, **fields, cron_due_at=due, scheduled_at=due)
    late = NOW - timedelta(minutes=5)
    make_job(**made, cron_due_at=late, scheduled_at=late)
    missed = NOW - timedelta(minutes=9)
    CronSkip.objects.create(
        cron=cron, due_at=missed, last_due_at=missed, count=1, code="OVERLAP", reason="it <still> ran"
    )
    runs = runs_of([cron.pk])[cron.pk]
    assert [run.kind for run in runs] == ["ran", "failed", "stopped", "late", "skipped"]
    assert runs[3].words == "made 5 min 00 s late"
    picture = strip_of(cron.name, runs)
    marks = re.findall(r'tone-(\w+)" x="([\d.]+)%" width="[\d.]+%" y="[\d.]+" height="([\d.]+)"', picture)
    assert [(tone, height) for tone, _, height in marks] == [
        ("warn", "7.0"), ("warn", "20.0"), ("quiet", "14.0"), ("bad", "20.0"), ("good", "20.0"),
    ]  # fmt: skip
    # Five of thirty places, at the right end.
    assert [float(x) for _, x, _ in marks] == pytest.approx([place / 30 * 100 for place in range(25, 30)], abs=0.001)
    assert "it &lt;still&gt; ran" in picture
    assert "1 ran, 1 late, 1 failed, 1 stopped, 1 skipped" in picture
    assert picture.count("<a href=") == 4


def test_of_a_job_that_waits_the_list_says_so(browser: Browser) -> None:
    make_job(cron=make_cron(), cron_due_at=NOW, scheduled_at=NOW, status="waiting", started_at=None, ended_at=None)
    shown = browser("auditor").get(LIST).content.decode()
    assert re.search(r">\s*waiting\s*<", shown)
    assert "grey" not in shown


def test_without_crons_there_are_no_runs(db: None) -> None:
    assert runs_of([]) == {}


def test_runs_of_many_crons_cost_what_those_of_one_cost(db: None, django_assert_num_queries: Any) -> None:
    crons = [make_cron(name=f"c{number}") for number in range(4)]
    for cron in crons:
        make_job(cron=cron, cron_due_at=NOW, scheduled_at=NOW)
        CronSkip.objects.create(cron=cron, due_at=NOW, last_due_at=NOW, count=1, code="OVERLAP", reason="x")
    with django_assert_num_queries(3):
        assert {pk: len(runs) for pk, runs in runs_of([cron.pk for cron in crons]).items()} == {c.pk: 2 for c in crons}


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
