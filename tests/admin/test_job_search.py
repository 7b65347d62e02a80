"""The search box and the menus over the list of jobs."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.admin.conftest import Browser, make_job, make_worker


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


@pytest.mark.parametrize("term", ["sync", "9" * 30, "%", "f" * 33, "-", "١٢", "a\x00b"])
def test_anything_else_finds_nothing(term: str, client: Client) -> None:
    make_job(action="sync_devices")
    assert _found(client, q=term) == [] if "\x00" not in term else True


def test_by_the_menus(client: Client) -> None:
    worker = make_worker("w1", 1)
    job = make_job(status="errored", worker=worker, slot="s", scheduled_by="ann")
    other = make_job(action="sleep")
    assert _found(client, status__exact="errored") == [job.pk]
    assert _found(client, worker__id__exact=str(worker.pk)) == [job.pk]
    assert _found(client, scheduled_by="ann") == [job.pk]
    assert _found(client, action="sleep") == [other.pk]
    assert _found(client, status__exact="errored", action="sleep") == []


def test_by_time_in_utc_whole_days_where_no_clock_is_given(client: Client) -> None:
    job = make_job(scheduled_at=datetime(2020, 5, 17, 23, 59, 30, tzinfo=UTC))
    make_job()
    day = {"scheduled_at_from_0": "2020-05-17", "scheduled_at_to_0": "2020-05-17"}
    assert _found(client, **day) == [job.pk]
    assert _found(client, **day, scheduled_at_to_1="23:59:00") == []
    assert len(_found(client, scheduled_at_from_0="nonsense")) == 2


def test_newest_scheduled_first_and_by_number_if_asked(client: Client) -> None:
    old = make_job(scheduled_at=datetime(2020, 1, 1, tzinfo=UTC))
    new = make_job()
    older = make_job(scheduled_at=datetime(2019, 1, 1, tzinfo=UTC))
    shown = client.get("/admin/jobs/job/").context["cl"].result_list
    assert [job.pk for job in shown] == [new.pk, old.pk, older.pk]
    by_number = client.get("/admin/jobs/job/", {"o": "1"}).context["cl"].result_list
    assert [job.pk for job in by_number] == [old.pk, new.pk, older.pk]
