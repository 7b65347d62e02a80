"""What a list asks of the database: few queries, as many with more rows, and never a count of a table."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from jobs.models import AuditEvent, Cron, Job, JobLog
from jobsite.console.base.pages import ListAdmin
from jobsite.console.base.paginator import BoundedPaginator
from locks.models import JobLock, LockName
from tests.admin.conftest import NOW, Browser, make_job, make_worker
from tests.admin.pages import ENGINE_OWNS, list_page, page
from workers.models import Beat, CapacityClass

pytestmark = pytest.mark.slow

# Session, user, savepoint, patience, count, rows, release; more where a menu is filled from a small table.
MOST_QUERIES = 10
HEAVY = ("parameters", "result", "exception", "finished")


def _queries(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def _more_rows(job: Job) -> None:
    for number in range(2, 30):
        worker = make_worker(f"w{number}", number)
        more = make_job(worker=worker, slot=f"s:{number}", scheduled_at=NOW - timedelta(seconds=number))
        JobLog.objects.create(job=job, line_number=number, data="more")
        AuditEvent.objects.create(verb="cancel", dialect="v1", object_type="job", object_id=str(more.uuid))
        Cron.objects.create(name=f"c{number}", action="noop", schedule="@every 1h", next_run_at=NOW)
        CapacityClass.objects.create(name=f"scan={number}", needs={"scan": number})
        Beat.objects.create(name=f"beat{number}")
        lock = LockName.objects.create(name=f"device:{number}")
        JobLock.objects.create(lock=lock, job=more, mode="shared", fence=1, acquired_at=NOW)


@pytest.mark.parametrize("kind", ENGINE_OWNS)
def test_a_list_costs_the_same_with_more_rows(kind: str, browser: Browser, rows: dict[str, Model]) -> None:
    client, url, job = browser("superuser"), list_page(kind, rows), rows["jobs.job"]
    client.get(url)
    few = _queries(client, url)
    assert isinstance(job, Job)
    _more_rows(job)
    many = _queries(client, url)
    assert len(few) == len(many) <= MOST_QUERIES


@pytest.mark.parametrize("kind", [*ENGINE_OWNS, "auth.user", "access.accesstoken"])
def test_no_list_counts_a_table(kind: str, browser: Browser, rows: dict[str, Model]) -> None:
    counts = [sql for sql in _queries(browser("superuser"), list_page(kind, rows)) if "COUNT(" in sql.upper()]
    # The list of jobs counts nothing at all.
    assert bool(counts) == (kind != "jobs.job")
    # Counted up to a limit, or of what runs: no more rows than there are slots.
    assert all(re.search(r"LIMIT \d+\) (subquery|AS line)|WHERE \(\"jobs_job\".\"occupies\"", sql) for sql in counts), (
        counts
    )


def test_the_list_of_jobs_leaves_the_heavy_columns_where_they_are(browser: Browser, rows: dict[str, Model]) -> None:
    read = [sql for sql in _queries(browser("auditor"), list_page("jobs.job", rows)) if 'FROM "jobs_job"' in sql]
    assert read
    assert not [sql for sql in read for column in HEAVY if f'"{column}"' in sql]


def test_a_jobs_page_costs_the_same_with_a_long_log(browser: Browser, rows: dict[str, Model]) -> None:
    client, job = browser("superuser"), rows["jobs.job"]
    client.get(page("jobs.job", rows))
    few = _queries(client, page("jobs.job", rows))
    assert isinstance(job, Job)
    _more_rows(job)
    # Session, user; the row, its chain, audit and pauses; its data and audit; the end of its log.
    assert len(_queries(client, page("jobs.job", rows))) == len(few) <= 15


def test_a_long_list_shows_that_it_was_not_counted(
    browser: Browser, rows: dict[str, Model], settings: Settings
) -> None:
    settings.EXACT_COUNT_CAP = 3
    for number in range(2):
        CapacityClass.objects.create(name=f"scan={number}", needs={"scan": number})
    client, url = browser("auditor"), list_page("workers.capacityclass", rows)
    assert "3\n" in client.get(url).content.decode()
    CapacityClass.objects.create(name="scan=9", needs={"scan": 9})
    assert "3+" in client.get(url).content.decode()
    assert "4" not in BoundedPaginator(CapacityClass.objects.all(), 50).total_words


def test_a_filter_that_reads_too_much_ends_with_a_word(
    browser: Browser, rows: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(self: BoundedPaginator) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")
        return 0

    monkeypatch.setattr(BoundedPaginator, "count", property(slow))
    monkeypatch.setattr("jobsite.patience.LIST", timedelta(milliseconds=20))
    client, url = browser("auditor"), list_page("jobs.auditevent", rows)
    answer = client.get(url, {"verb": "cancel"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == url
    monkeypatch.undo()
    assert "Narrow it by user" in client.get(url).content.decode()


@pytest.mark.parametrize("asked", ["comment__icontains=x", "parameters__a=1", "capacity_class__name__contains=a"])
def test_the_list_of_jobs_takes_only_indexed_questions(asked: str, browser: Browser, rows: dict[str, Model]) -> None:
    assert browser("superuser").get(f"{list_page('jobs.job', rows)}?{asked}").status_code == 400


def test_every_large_list_has_a_bounded_paginator() -> None:
    assert issubclass(ListAdmin.paginator, BoundedPaginator)
