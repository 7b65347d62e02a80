"""What the admin shows of the runs of crons: the strip, the last thirty, the next ones."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from jobs.models import CronSkip, Job
from jobsite.console.crons.runs import runs_of
from jobsite.console.crons.strip import strip_of
from tests.admin.conftest import NOW, Browser, make_job
from tests.admin.cron_rows import LIST, make_cron, page

pytestmark = pytest.mark.slow


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


def test_of_a_job_that_waits_the_list_says_so(browser: Browser) -> None:
    make_job(cron=make_cron(), cron_due_at=NOW, scheduled_at=NOW, status="waiting", started_at=None, ended_at=None)
    shown = browser("auditor").get(LIST).content.decode()
    assert re.search(r">\s*waiting\s*<", shown)
    assert "grey" not in shown


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


def test_without_crons_there_are_no_runs(db: None) -> None:
    assert runs_of([]) == {}


def test_runs_of_many_crons_cost_what_those_of_one_cost(db: None, django_assert_num_queries: Any) -> None:
    crons = [make_cron(name=f"c{number}") for number in range(4)]
    for cron in crons:
        make_job(cron=cron, cron_due_at=NOW, scheduled_at=NOW)
        CronSkip.objects.create(cron=cron, due_at=NOW, last_due_at=NOW, count=1, code="OVERLAP", reason="x")
    with django_assert_num_queries(3):
        assert {pk: len(runs) for pk, runs in runs_of([cron.pk for cron in crons]).items()} == {c.pk: 2 for c in crons}
