"""What the list of jobs shows, and how its rows keep fresh."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from jobsite import patience
from jobsite.console.jobs import job_list
from tests.admin.conftest import NOW, Browser, make_job, make_worker

LIST = "/admin/jobs/job/"


def cells(job: Job, client: Client) -> dict[str, str]:
    """What the columns of the job's row say."""
    admin = client.get(LIST).context["cl"].model_admin
    job = Job.objects.get(pk=job.pk)
    return {name: str(getattr(admin, name)(job)) for name in ("waited_for", "ran_for", "worker_name", "who_started")}


def test_times_that_go_on_are_counted_in_the_page_and_others_are_spans(browser: Browser) -> None:
    client, worker = browser("auditor"), make_worker("w1", 1)
    ended = cells(make_job(worker=worker, slot="a"), client)
    assert (ended["waited_for"], ended["ran_for"]) == ("5.0 s", "5.0 s")
    assert ">w1</span>" in ended["worker_name"]
    runs = cells(make_job(status="running", worker=worker, slot="b", ended_at=None), client)
    assert runs["waited_for"] == "5.0 s"
    assert 'data-count="since"' in runs["ran_for"]
    waits = cells(make_job(status="waiting", started_at=None, ended_at=None), client)
    assert 'data-count="since"' in waits["waited_for"]
    assert waits["ran_for"] == "-"
    later = {"status": "waiting", "started_at": None, "ended_at": None, "scheduled_at": NOW + timedelta(hours=1)}
    assert cells(make_job(**later), client)["waited_for"] == "-"


def poll(client: Client, at: str, tag: str = "") -> Any:
    return client.get(f"{LIST}?{at}&_rows=1", headers={"If-None-Match": tag} if tag else {})


def test_rows_are_sent_again_only_when_they_change(browser: Browser) -> None:
    client = browser("operator")
    job = make_job(status="waiting", started_at=None, ended_at=None, action="sleep")
    make_job()
    first = poll(client, "action=sleep")
    assert (first.status_code, first.headers["X-Rows"]) == (200, str(job.pk))
    assert poll(client, "action=sleep", first.headers["ETag"]).status_code == 304
    Job.objects.filter(pk=job.pk).update(status="canceled", ended_at=NOW)
    again = poll(client, "action=sleep", first.headers["ETag"])
    assert again.status_code == 200
    assert "canceled" in again.content.decode()
    assert "<html" not in again.content.decode()


def test_a_poll_asks_for_the_page_that_is_shown(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_list.JobListAdmin, "list_per_page", 1)
    jobs = [make_job(scheduled_at=NOW - timedelta(seconds=second)) for second in (1, 2)]
    client = browser("operator")
    older = client.get(LIST).context["cl"].older
    shown = client.get(f"{LIST}{older}")
    assert "older_than=" in shown.context["live_url"]
    assert client.get(f"{LIST}{shown.context['live_url']}").headers["X-Rows"] == str(jobs[1].pk)


def test_a_poll_that_takes_too_long_is_no_way_to_another_page(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any, **__: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setattr(job_list.JobChangeList, "get_results", slow)
    monkeypatch.setattr(patience, "LIST", timedelta(milliseconds=20))
    client = browser("auditor")
    assert poll(client, "action=sleep").status_code == 503
    assert client.get(f"{LIST}?action=sleep").headers["Location"] == LIST


def test_a_poll_asks_for_less_than_the_page(browser: Browser) -> None:
    client = browser("operator")
    make_job()
    with CaptureQueriesContext(connection) as page:
        client.get(LIST)
    with CaptureQueriesContext(connection) as polled:
        poll(client, "")
    assert len(polled) < len(page) <= 10
