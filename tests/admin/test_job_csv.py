"""The list of jobs as CSV."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from jobsite.console.jobs import job_csv
from jobsite.patience import TooSlow
from tests.admin.conftest import NOW, Browser, make_job, make_worker

pytestmark = pytest.mark.slow

URL = "/admin/jobs/job/csv/"


def read(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{URL}?{query}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_what_matches_newest_first_in_parts(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_csv, "PART", 2)
    jobs = [make_job(action="sleep", scheduled_at=NOW - timedelta(seconds=second)) for second in (3, 2, 2, 1)]
    make_job()
    rows = read(browser("auditor"), "action=sleep")
    assert [row["number"] for row in rows] == [str(job.pk) for job in jobs[::-1]]


def test_a_row_says_what_the_list_says(browser: Browser) -> None:
    job = make_job(worker=make_worker("w1", 1), slot="s", scheduled_by="ann", ticket_ref="NET-1")
    [row] = read(browser("auditor"))
    assert (row["id"], row["action"], row["status"], row["worker"]) == (str(job.uuid), "noop", "done", "w1")
    assert (row["waited_seconds"], row["ran_seconds"], row["started_by"]) == ("5.0", "5.0", "ann")
    assert (row["ticket"], row["cron"], row["ended"]) == ("NET-1", "", NOW.isoformat())


def test_no_cell_is_a_formula(browser: Browser) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "plain, with a comma"):
        make_job(comment=text)
    comments = {row["comment"] for row in read(browser("auditor"))}
    assert comments == {"'=1+1", "'+1", "'-1", "'@x", "'\tx", "plain, with a comma"}


def test_it_ends_somewhere_and_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_csv, "PART", 2)
    monkeypatch.setattr(job_csv, "MOST", 4)
    for _ in range(4):
        make_job()
    assert len(read(browser("auditor"))) == 4
    make_job()
    rows = read(browser("auditor"))
    assert len(rows) == 5
    assert rows[-1]["id"] == "Cut after 4 jobs: narrow the list by a time."


def test_what_is_too_slow_is_a_word_and_no_torn_file(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_jobs: object) -> list[Job]:
        raise TooSlow

    monkeypatch.setattr(job_csv, "_part", slow)
    answer = browser("auditor").get(f"{URL}?action=sleep")
    assert answer.headers["Location"] == "/admin/jobs/job/?action=sleep"
    assert "Narrow it" in str(*get_messages(answer.wsgi_request))


def test_it_asks_once_for_a_part_and_leaves_the_heavy_columns(browser: Browser) -> None:
    client = browser("auditor")
    for _ in range(5):
        make_job(worker=make_worker(f"w{_}", _), slot=str(_), result=[1])
    with CaptureQueriesContext(connection) as captured:
        read(client)
    asked = [query["sql"] for query in captured if 'FROM "jobs_job"' in query["sql"]]
    assert len(asked) == 1
    assert not [column for column in ("parameters", "result", "exception") if f'"{column}"' in asked[0]]


def test_only_for_those_who_may_see_jobs(browser: Browser) -> None:
    assert browser("staff").get(URL).status_code == 403
    assert browser("anonymous").get(URL).status_code == 302
    assert browser("auditor").post(URL).status_code == 405
