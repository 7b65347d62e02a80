"""The log on a job's page: followed at its end, searched, read around a line, taken away as a file."""

from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import Job, JobLog
from jobs.states import Status
from jobsite import patience
from jobsite.console.jobs.page import log
from tests.admin.conftest import Browser, make_job, make_worker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def write(job: Job, *numbers: int) -> None:
    JobLog.objects.bulk_create(JobLog(job=job, line_number=number, data=f"text-{number}.") for number in numbers)


def running() -> Job:
    return make_job(status=Status.RUNNING, ended_at=None, worker=make_worker("w1", 1), slot="b:1")


def page(client: Client, job: Job, query: str = "") -> str:
    return client.get(f"{reverse('admin:jobs_job_change', args=[job.pk])}{query}").content.decode()


def test_only_new_lines_are_sent_and_nothing_while_there_are_none(browser: Browser) -> None:
    client, job = browser("auditor"), running()
    write(job, 0, 1, 2)
    assert 'data-live-after="2"' in page(client, job)
    url = f"{reverse('admin:job_log', args=[job.pk])}?after="
    nothing = client.get(f"{url}2")
    assert (nothing.content.strip(), nothing.headers["X-Live-After"]) == (b"", "2")
    tag = {"If-None-Match": nothing.headers["ETag"]}
    assert client.get(f"{url}2", headers=tag).status_code == 304
    write(job, 3, 4)
    new = client.get(f"{url}2", headers=tag)
    assert new.headers["X-Live-After"] == "4"
    assert "text-2." not in new.content.decode()
    assert new.content.decode().index("text-3.") < new.content.decode().index("text-4.")
    assert client.get(f"{url}4", headers={"If-None-Match": new.headers["ETag"]}).status_code == 304


def test_following_ends_with_the_job_and_after_its_last_lines(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_NEW", 3)
    client, job = browser("auditor"), running()
    write(job, *range(4))
    Job.objects.filter(pk=job.pk).update(status=Status.DONE, ended_at=job.started_at)
    url = f"{reverse('admin:job_log', args=[job.pk])}?after="
    assert client.get(f"{url}-1").headers["X-Live-After"] == "2"
    last = client.get(f"{url}2")
    assert (last.headers["X-Live-After"], "text-3." in last.content.decode()) == ("over", True)
    assert "data-live-after" not in page(client, job)


def test_a_line_far_back_is_shown_with_those_around_it(browser: Browser) -> None:
    client, job = browser("auditor"), make_job()
    write(job, *range(1000))
    shown = page(client, job, "?line=120")
    assert 'id="L120"' in shown
    assert 'id="L999"' not in shown
    assert "data-live-after" not in shown
    assert 'id="L999"' in page(client, job, "?line=990")
    for nonsense in ("-1", "x", "1e3", "9" * 40, ""):
        assert 'id="L999"' in page(client, job, f"?line={nonsense}")


def test_a_search_finds_lines_of_the_whole_log_as_text(browser: Browser) -> None:
    client, job = browser("auditor"), make_job()
    write(job, *range(500))
    shown = page(client, job, "?find=TEXT-12.")
    assert "1 line with" in shown
    assert "?line=12#L12" in shown
    assert "0 lines with" in page(client, job, "?find=%25")
    assert f"{log.MOST_FOUND} and more lines" in page(client, job, "?find=text")
    assert "<script>x" not in page(client, job, "?find=<script>x")
    assert page(client, job, "?find=%00a")


def test_a_log_that_takes_too_long_to_search_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*_: object) -> object:
        raise patience.TooSlow

    client, job = browser("auditor"), make_job()
    write(job, 0)
    monkeypatch.setattr(patience, "at_most", too_slow)
    assert "too long to be searched here" in page(client, job, "?find=x")


def test_the_whole_log_is_taken_away_as_text(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PART", 7)
    job = make_job()
    write(job, *range(30))
    answer: Any = browser("auditor").get(reverse("admin:job_log_text", args=[job.pk]))
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert f'filename="job-{job.pk}.log"' in answer.headers["Content-Disposition"]
    lines = answer.getvalue().decode().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [f"text-{number}." for number in range(30)]


def test_following_costs_the_same_however_long_the_log(browser: Browser) -> None:
    client, job = browser("auditor"), running()
    write(job, 0)
    url = f"{reverse('admin:job_log', args=[job.pk])}?after=0"
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    write(job, *range(1, 600))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    # Session, user, its permissions, the job, the lines.
    assert len(many) == len(few) <= 6
