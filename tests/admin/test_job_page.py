"""The page of one job, and the way to its log."""

import re
from datetime import timedelta

import pytest
from django.db.models import Model

from jobs.models import AuditEvent, JobLog
from jobsite.console.jobs.page.log import LOG_TAIL
from tests.admin.conftest import NOW, Browser, make_job

PAGE = "/admin/jobs/job/{}/change/"


def test_the_error_comes_before_everything_else(browser: Browser) -> None:
    job = make_job(status="errored", exception={"type": "OutOfLuck", "message": "no luck", "traceback": "line 1"})
    html = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert html.index("OutOfLuck") < html.index("no luck") < html.index("scheduled at") < html.index("Parameters")


def test_the_end_of_a_long_log_is_shown(browser: Browser) -> None:
    job = make_job()
    JobLog.objects.bulk_create(
        JobLog(job=job, line_number=number, data=f"line-{number}.") for number in range(LOG_TAIL + 5)
    )
    html = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert "line-4." not in html
    assert html.index("line-5.") < html.index(f"line-{LOG_TAIL + 4}.")
    whole = browser("auditor").get("/admin/jobs/joblog/", {"job__id__exact": job.pk}).content.decode()
    assert "line-4." in whole
    assert "Back to job" in whole


def test_lines_without_a_job_are_not_listed(browser: Browser, rows: dict[str, Model]) -> None:
    html = browser("superuser").get("/admin/jobs/joblog/").content.decode()
    assert "hello" not in html
    assert "job by job" in html


def test_its_audit_events_are_shown_newest_first(browser: Browser) -> None:
    job = make_job()
    for verb in ("enqueue", "cancel"):
        AuditEvent.objects.create(verb=verb, user="ann", dialect="v1", object_type="job", object_id=str(job.uuid))
    AuditEvent.objects.create(verb="foreign", dialect="v1", object_type="job", object_id="another")
    html = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert html.index("<td>cancel</td>") < html.index("<td>enqueue</td>")
    assert "foreign" not in html


@pytest.mark.parametrize(("dry_run", "told"), [(True, ["yes"]), (False, ["no"]), (None, [])])
def test_whether_it_was_a_dry_run_is_told_where_it_is_known(
    browser: Browser, *, dry_run: bool | None, told: list[str]
) -> None:
    job = make_job(dry_run=dry_run)
    html = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert re.findall(r"<dt[^>]*>\s*dry run\s*</dt>\s*<dd[^>]*>\s*(\w+)", html) == told


def test_the_uuid_leads_to_the_job_as_well(browser: Browser) -> None:
    job = make_job(comment="it is me")
    assert "it is me" in browser("auditor").get(PAGE.format(job.uuid)).content.decode()


def test_a_job_that_is_not_there_leads_back(browser: Browser) -> None:
    for key in ("999", "9" * 40, "no-number", "00000000-0000-0000-0000-000000000000"):
        assert browser("auditor").get(PAGE.format(key)).status_code == 302


def test_a_job_whose_worker_was_removed_still_has_its_page(browser: Browser) -> None:
    job = make_job(worker_id=424242, slot="s")
    assert browser("auditor").get(PAGE.format(job.pk)).status_code == 200
    assert browser("auditor").get("/admin/jobs/job/").status_code == 200


def test_times_are_utc_with_seconds_and_spans_are_short(browser: Browser) -> None:
    job = make_job(started_at=NOW - timedelta(seconds=5), ended_at=NOW - timedelta(seconds=3.8))
    html = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert "1.2 s" in html
    assert job.scheduled_at.strftime("%Y-%m-%d %H:%M:%S UTC") in html
    assert "1.2 s" in browser("auditor").get("/admin/jobs/job/").content.decode()


def test_a_late_answer_of_a_dead_worker_is_named(browser: Browser) -> None:
    make_job(status="worker_dead", late_result_at=NOW)
    assert "worker resurrection" in browser("auditor").get("/admin/jobs/job/").content.decode()


def test_a_huge_result_is_cut_with_a_mark(browser: Browser) -> None:
    job = make_job(result="x" * 200_000)
    html = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert len(html) < 200_000
    assert "more characters" in html


def test_a_waiting_job_says_why_first(browser: Browser) -> None:
    job = make_job(status="waiting", started_at=None, ended_at=None)
    page = browser("auditor").get(PAGE.format(job.pk)).content.decode()
    assert page.index("<strong>Waits</strong>: no worker is running") < page.index("scheduled at")
