"""Retention: an editor of the crons that prune, and deletion now."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from jobs.engine.actor import engine_actor
from jobs.engine.crons.defaults import make_default_crons
from jobs.models import ActionConfig, AuditEvent, Cron, Job, JobLog
from tests.admin.conftest import NOW, Browser, make_job

pytestmark = pytest.mark.slow
PAGE = reverse("admin:jobs_retention")
LOGS, JOBS = "onlinegc_joblogs", "onlinegc_jobs"


def start(action: str) -> str:
    return reverse("admin:jobs_retention_start", args=[action])


@pytest.fixture
def crons(db: None) -> None:
    make_default_crons(by=engine_actor("beat"))


def save(browser: Browser, who: str, action: str = LOGS, **fields: Any) -> Any:
    return browser(who).post(PAGE, {"action": action, **{f"{action}-{name}": value for name, value in fields.items()}})


def of(action: str) -> tuple[bool, Any]:
    cron = Cron.objects.get(name=action)
    return cron.enabled, cron.parameters


def values(html: str, name: str) -> list[str]:
    return re.findall(rf'name="onlinegc_(?:joblogs|jobs)-{name}" value="([^"]*)"', html)


def test_the_page_shows_what_the_crons_hold(browser: Browser, crons: None) -> None:
    Cron.objects.filter(name=LOGS).update(parameters={"days": 30, "most": 1000})
    html = browser("auditor").get(PAGE).content.decode()
    assert values(html, "days") == ["30", "400"]
    assert values(html, "most") == ["1000"]
    assert reverse("admin:jobs_cron_change", args=[Cron.objects.get(name=LOGS).pk]) in html


def test_an_operators_default_of_the_action_is_what_it_means(browser: Browser, crons: None) -> None:
    Cron.objects.filter(name=LOGS).update(parameters=None)
    ActionConfig.objects.create(action=LOGS, parameters={"days": 7})
    assert values(browser("auditor").get(PAGE).content.decode(), "days") == ["7", "400"]


def test_an_admin_changes_the_cron_and_keeps_all_else_of_it(browser: Browser, crons: None) -> None:
    Cron.objects.filter(name=LOGS).update(parameters={"days": 90, "batch": 10}, priority=5, timezone="Europe/Berlin")
    before = Cron.objects.get(name=LOGS)
    assert save(browser, "admin", enabled="on", days="14", most="").status_code == 302
    after = Cron.objects.get(name=LOGS)
    assert after.parameters == {"days": 14, "most": None, "batch": 10}
    assert (after.pk, after.priority, after.schedule, after.timezone, after.next_run_at) == (
        before.pk, 5, before.schedule, "Europe/Berlin", before.next_run_at,
    )  # fmt: skip
    event = AuditEvent.objects.order_by("id").last()
    assert event is not None
    assert (event.verb, event.object_id, event.user, event.dialect) == ("change", LOGS, "admin", "admin")
    assert of(JOBS) == (True, {"days": 400})


def test_automatic_deletion_is_switched_off(browser: Browser, crons: None) -> None:
    save(browser, "admin", JOBS, days="", most="50000")
    assert of(JOBS) == (False, {"days": None, "most": 50000})


def test_a_cron_that_was_taken_away_is_made_anew(browser: Browser, crons: None) -> None:
    Cron.objects.all().delete()
    assert "saving makes one" in browser("admin").get(PAGE).content.decode()
    save(browser, "admin", enabled="on", days="5", most="")
    assert of(LOGS) == (True, {"days": 5, "most": None})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": "", "most": ""}, "an age, a number, or both"),
        ({"days": "0", "most": ""}, "greater than or equal to 1"),
        ({"days": "x", "most": ""}, "whole number"),
        ({"days": "", "most": "99999999999"}, "less than or equal to 10000000"),
    ],
)
def test_what_is_wrong_stands_at_its_field(browser: Browser, crons: None, fields: dict[str, str], words: str) -> None:
    answer = save(browser, "admin", enabled="on", **fields)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert of(LOGS) == (True, {"days": 90})


@pytest.mark.parametrize("who", ["auditor", "operator"])
def test_others_see_it_and_change_nothing(browser: Browser, crons: None, who: str) -> None:
    html = browser(who).get(PAGE).content.decode()
    assert ">Save<" not in re.sub(r"\s", "", html)
    assert save(browser, who, days="1", most="").status_code == 403
    assert of(LOGS) == (True, {"days": 90})


@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("outsider", 302), ("anonymous", 302)])
def test_who_has_no_role_sees_nothing(browser: Browser, crons: None, who: str, status: int) -> None:
    for url in (PAGE, start(LOGS)):
        assert browser(who).get(url).status_code == status
        assert browser(who).post(url, {"action": LOGS}).status_code == status


def test_an_unknown_kind_is_not_found(browser: Browser, crons: None) -> None:
    assert browser("admin").post(PAGE, {"action": "noop"}).status_code == 404
    assert browser("admin").get(start("noop")).status_code == 404


def test_the_sidebar_leads_there(browser: Browser) -> None:
    assert f'href="{PAGE}"' in browser("auditor").get(reverse("admin:index")).content.decode()


def _old_job() -> Job:
    then = NOW - timedelta(days=500)
    job = make_job(scheduled_at=then, started_at=then, ended_at=then)
    JobLog.objects.bulk_create(JobLog(job=job, line_number=n, data="x", logged_at=then) for n in range(3))
    return job


def test_deletion_now_says_how_much_goes_and_runs_the_cron(browser: Browser, crons: None) -> None:
    _old_job()
    make_job()
    asked = browser("admin").get(start(LOGS)).content.decode()
    assert "log lines of jobs that ended more than 90 days ago: now 3 log lines" in asked
    assert "ended more than 400 days ago: now 1 job." in browser("admin").get(start(JOBS)).content.decode()
    answer = browser("admin").post(start(LOGS), {"reason": "the disk is full"}, follow=True)
    job = Job.objects.get(action=LOGS)
    assert (job.status, job.scheduled_by, job.parameters) == ("waiting", "admin", {"days": 90})
    assert f'href="{reverse("admin:jobs_job_change", args=[job.pk])}"' in answer.content.decode()
    event = AuditEvent.objects.filter(verb="run").get()
    assert (event.object_id, event.reason, event.user) == (LOGS, "the disk is full", "admin")
    # It deletes nothing by itself.
    assert JobLog.objects.count() == 3


def test_by_number_it_counts_what_is_beyond(browser: Browser, crons: None) -> None:
    Cron.objects.filter(name=JOBS).update(parameters={"days": None, "most": 2})
    for minutes in range(5):
        make_job(ended_at=NOW - timedelta(minutes=minutes))
    asked = browser("admin").get(start(JOBS)).content.decode()
    assert "all but the 2 jobs that ended last: now 3 jobs" in asked


@pytest.mark.parametrize("action", [LOGS, JOBS])
def test_where_fewer_have_ended_than_are_kept_nothing_goes(browser: Browser, crons: None, action: str) -> None:
    Cron.objects.filter(name=action).update(parameters={"days": None, "most": 1000})
    _old_job()
    assert ": now 0 " in browser("admin").get(start(action)).content.decode()


def test_only_an_admin_starts_it(browser: Browser, crons: None) -> None:
    assert start(LOGS) in browser("admin").get(PAGE).content.decode()
    for who in ("auditor", "operator"):
        assert start(LOGS) not in browser(who).get(PAGE).content.decode()
        assert browser(who).post(start(LOGS), {"reason": "x"}).status_code == 403
    assert not Job.objects.exists()


def test_what_is_not_pruned_by_any_cron_is_not_started(browser: Browser, crons: None) -> None:
    Cron.objects.filter(name=LOGS).delete()
    assert start(LOGS) not in browser("admin").get(PAGE).content.decode()
    assert browser("admin").post(start(LOGS), {"reason": "x"}).status_code == 404
