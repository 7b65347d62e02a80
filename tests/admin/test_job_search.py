"""The search box, the menus and the pages of the list of jobs: each state of it is an address."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.test import Client

from jobs.models import Cron
from tests.admin.conftest import NOW, Browser, make_job, make_worker

pytestmark = pytest.mark.slow


@pytest.fixture
def client(browser: Browser) -> Client:
    return browser("auditor")


def _found(client: Client, **asked: str) -> list[int]:
    answer = client.get("/admin/jobs/job/", asked)
    assert answer.status_code == 200
    return sorted(job.pk for job in answer.context["cl"].result_list)


def test_by_number_uuid_its_beginning_action_or_ticket(client: Client) -> None:
    job = make_job(action="sync_devices", ticket_ref="NET-1")
    make_job(uuid="ffffffff-ffff-7fff-bfff-ffffffffffff")
    for term in (
        str(job.pk),
        str(job.uuid),
        str(job.uuid)[:13],
        f" {str(job.uuid)[:8].upper()} ",
        "sync_devices",
        "NET-1",
    ):
        assert _found(client, q=term) == [job.pk], term


@pytest.mark.parametrize("term", ["sync", "9" * 30, "9" * 5000, "%", "f" * 33, "-", "١٢", "a\x00b"])
def test_anything_else_finds_nothing(term: str, client: Client) -> None:
    make_job(action="sync_devices")
    assert _found(client, q=term) == [] if "\x00" not in term else True


def test_by_a_parameter_wherever_it_is(client: Client) -> None:
    job = make_job(parameters={"device": "eosdist", "dry_run": True, "ports": [1, 2]})
    make_job(parameters={"device": "other"})
    for term in ("device=eosdist", " device = eosdist ", "dry_run=true", "ports=2"):
        assert _found(client, q=term) == [job.pk], term
    for term in ("device=eos", "nothing=eosdist", "=eosdist", "device=", 'a"b=x', "device=a\x00b"):
        assert _found(client, q=term) == [], term


def test_by_the_menus(client: Client) -> None:
    worker = make_worker("w1", 1)
    cron = Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=NOW)
    locks = [{"name": "devices", "mode": "exclusive"}]
    job = make_job(status="errored", worker=worker, slot="s", scheduled_by="ann", cron=cron, locks=locks)
    other = make_job(action="sleep")
    runs = make_job(status="running", worker=worker, slot="t", ended_at=None)
    back = make_job(status="worker_dead", worker=worker, slot="u", late_result_at=NOW)
    waits = make_job(status="waiting", started_at=None, ended_at=None)
    for asked, meant in {
        "status__exact=errored": [job],
        "status__exact=worker_resurrection": [back],
        "status__exact=worker_dead": [],
        "status__exact=nonsense": [],
        "running=true": [runs],
        "needs_human=true": [back],
        f"worker={worker.hex_id}": [job, runs, back],
        "worker=none": [waits],
        "worker=gone": [],
        "scheduled_by=ann": [job],
        "cron=nightly": [job],
        "cron=gone": [],
        "lock=devices": [job],
        "lock=device": [],
        "action=sleep": [other],
        "status__exact=errored&action=sleep": [],
    }.items():
        found = client.get(f"/admin/jobs/job/?{asked}").context["cl"].result_list
        assert sorted(job.pk for job in found) == [job.pk for job in meant], asked


def test_a_filter_tells_what_it_chose_in_words_as_text(client: Client) -> None:
    shown = client.get("/admin/jobs/job/", {"scheduled_by": "<b>ann</b>", "running": "true"}).content.decode()
    assert "running, started by &lt;b&gt;ann&lt;/b&gt;" in shown


def test_by_time_in_utc_whole_days_where_no_clock_is_given(client: Client) -> None:
    job = make_job(scheduled_at=datetime(2020, 5, 17, 23, 59, 30, tzinfo=UTC))
    make_job()
    day = {"scheduled_at_from_0": "2020-05-17", "scheduled_at_to_0": "2020-05-17"}
    assert _found(client, **day) == [job.pk]
    assert _found(client, **day, scheduled_at_to_1="23:59:00") == []
    assert len(_found(client, scheduled_at_from_0="nonsense")) == 2


@pytest.fixture
def seven(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of two that are scheduled at once, the later number is the newer one. Pages of two."""
    monkeypatch.setattr("jobsite.console.jobs.job_list.JobListAdmin.list_per_page", 2)
    return [make_job(scheduled_at=NOW - timedelta(seconds=second)).pk for second in (9, 8, 8, 8, 5, 4, 3)][::-1]


def _pages(client: Client, link: str, start: str = "") -> list[list[int]]:
    """All pages from one on, as the links lead."""
    pages: list[list[int]] = []
    at: str | None = start
    while at is not None:
        changelist = client.get(f"/admin/jobs/job/{at}").context["cl"]
        pages.append([job.pk for job in changelist.result_list])
        at = getattr(changelist, link)
    return pages


def test_pages_lead_from_the_newest_to_the_oldest_and_back(client: Client, seven: list[int]) -> None:
    assert [*chain(*_pages(client, "older"))] == seven
    back = _pages(client, "newer", "?oldest=1")
    assert [*chain(*back[::-1])] == seven
    assert [len(page) for page in back] == [2, 2, 2, 1]


def test_a_page_stands_still_while_jobs_come(client: Client, seven: list[int]) -> None:
    second = client.get("/admin/jobs/job/").context["cl"].older
    make_job(scheduled_at=NOW)
    shown = client.get(f"/admin/jobs/job/{second}").context["cl"]
    assert [job.pk for job in shown.result_list] == seven[2:4]
    assert shown.newest == "?"


def test_pages_keep_the_filters_and_a_filter_leaves_the_page(client: Client, seven: list[int]) -> None:
    changelist = client.get("/admin/jobs/job/?action=noop&q=noop").context["cl"]
    assert changelist.older.startswith("?action=noop&q=noop&older_than=")
    shown = client.get(f"/admin/jobs/job/{changelist.older}")
    assert 'name="older_than"' not in shown.content.decode()
    assert [job.pk for job in shown.context["cl"].result_list] == seven[2:4]


@pytest.mark.parametrize("place", ["older_than=x", "newer_than=%00", "older_than=", "oldest", "newer_than=MS4tMQ"])
def test_a_place_that_nobody_made_is_no_error(place: str, client: Client, seven: list[int]) -> None:
    assert client.get(f"/admin/jobs/job/?{place}").status_code == 200
