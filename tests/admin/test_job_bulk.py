"""What is done to many jobs from their list: asked first, with a reason, and told for each."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from jobs.models import AuditEvent, Job
from jobs.states import Status
from tests.admin.conftest import Browser, make_job, make_worker

pytestmark = pytest.mark.slow

LIST = "/admin/jobs/job/"
PAGES = [("selected", "cancel"), ("selected", "retry"), ("all", "cancel"), ("all", "retry")]


def selected(verb: str, *jobs: Job, **filters: str) -> str:
    return f"{LIST}selected/{verb}/?{urlencode({'id': [job.pk for job in jobs], **filters}, doseq=True)}"


def waiting(**fields: Any) -> Job:
    return make_job(**{"status": "waiting", "started_at": None, "ended_at": None, **fields})


def confirm(client: Client, url: str, **sent: str) -> Any:
    """As the page's form does."""
    asked = client.get(url)
    count = {"count": str(asked.context["count"])} if "count" in asked.context else {}
    return client.post(url, {"reason": "the night's maintenance", **count, **sent})


def asked_for() -> Any:
    """The parameters of the bulk."""
    return Job.objects.get(action="bulk").parameters


def told(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def status_of(job: Job) -> str:
    job.refresh_from_db()
    return job.status


def test_a_selection_goes_to_a_page_that_asks(browser: Browser) -> None:
    job = waiting(action="sleep")
    chosen = {"action": "cancel_chosen", "_selected_action": [str(job.pk)]}
    answer = browser("operator").post(f"{LIST}?action=sleep", chosen)
    assert answer.headers["Location"] == selected("cancel", job, action="sleep")
    assert status_of(job) == Status.WAITING


def test_the_page_says_what_becomes_of_each(browser: Browser) -> None:
    worker = make_worker("w1", 1)
    runs = make_job(status="running", worker=worker, slot="a", ended_at=None)
    asked = make_job(status="cancel_request", worker=worker, slot="b", ended_at=None)
    ended, followed = make_job(), make_job(status="errored", next_job=make_job())
    jobs = (waiting(), runs, asked, ended, followed, make_job(action="bulk"))
    client = browser("operator")
    cancel = client.get(selected("cancel", *jobs)).content.decode()
    for words in ("never runs", "killed after 30 s", "was asked to stop already", "It has ended: refused"):
        assert words in cancel
    retry = client.get(selected("retry", *jobs)).content.decode()
    for words in ("It has not ended: refused", "followed it already: refused", "runs once more", "Refused: POST /api"):
        assert words in retry


def test_each_of_a_selection_has_its_own_result(browser: Browser) -> None:
    worker = make_worker("w1", 1)
    waits, ended = waiting(), make_job()
    runs = make_job(status="running", worker=worker, slot="a", ended_at=None)
    shown = confirm(browser("operator"), selected("cancel", waits, ended, runs)).content.decode()
    assert "2 done, 1 refused" in shown
    assert "refused: the job has ended: it is done" in shown
    assert (status_of(waits), status_of(ended), status_of(runs)) == ("canceled", "done", "cancel_request")
    events = AuditEvent.objects.filter(verb="cancel")
    assert {(event.user, event.dialect, event.reason) for event in events} == {
        ("operator", "admin", "the night's maintenance")
    }
    assert {event.object_id for event in events} == {str(waits.uuid), str(runs.uuid)}


def test_a_retry_is_made_once_however_often_the_page_is_sent(browser: Browser) -> None:
    job, client = make_job(status="errored"), browser("operator")
    first = confirm(client, selected("retry", job)).content.decode()
    made = Job.objects.get(status="waiting")
    assert reverse("admin:jobs_job_change", args=[made.pk]) in first
    assert "refused: another job has followed it already" in confirm(client, selected("retry", job)).content.decode()
    assert Job.objects.filter(status="waiting").count() == 1


def test_a_selection_refuses_what_the_person_may_not_have_run(browser: Browser) -> None:
    prune, last = make_job(action="onlinegc_jobs"), make_job(next={"action": "onlinegc_jobs"})
    address = selected("retry", prune, last)
    refused = "efused: the action onlinegc_jobs needs the permission jobs.delete_job"
    client = browser("operator")
    assert client.get(address).content.decode().count(refused) == 2
    assert confirm(client, address).content.decode().count(refused) == 2
    assert not Job.objects.filter(status="waiting").exists()
    confirm(browser("admin"), address)
    assert Job.objects.filter(status="waiting").count() == 2


def test_all_that_match_are_run_again_with_what_the_person_may(browser: Browser) -> None:
    make_job(status="errored")
    for who, lacks in (("operator", ["jobs.delete_job"]), ("admin", [])):
        confirm(browser(who), f"{LIST}all/retry/?action=noop&scheduled_by=")
        made = Job.objects.filter(action="bulk").latest("pk").parameters
        assert made is not None
        assert made["lacks"] == lacks


@pytest.mark.parametrize("ids", ["", "id=x", "id=-1", "id=99999999999999999999", "id=4711"])
def test_a_selection_of_nothing_goes_back(ids: str, browser: Browser) -> None:
    answer = browser("operator").get(f"{LIST}selected/cancel/?{ids}&action=sleep")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}?action=sleep")


@pytest.mark.parametrize(("verb", "status"), [("cancel", "waiting"), ("retry", "errored")])
def test_all_that_match_are_counted_confirmed_and_done_by_a_job(verb: str, status: str, browser: Browser) -> None:
    ends = {"started_at": None, "ended_at": None} if status == "waiting" else {}
    for _ in range(3):
        make_job(status=status, action="sleep", **ends)
    make_job(status=status, **ends)
    client, url = browser("operator"), f"{LIST}all/{verb}/?action=sleep&scheduled_by="
    shown = client.get(url).content.decode()
    assert "3 jobs" in shown
    assert "action is sleep" in shown
    answer = confirm(client, url)
    job = Job.objects.get(action="bulk")
    assert answer.headers["Location"] == reverse("admin:jobs_job_change", args=[job.pk])
    assert job.parameters == {
        "verb": verb,
        "criteria": {"action": "sleep"},
        "most": 3,
        "reason": "the night's maintenance",
        **({"lacks": ["jobs.delete_job"]} if verb == "retry" else {}),
    }
    assert AuditEvent.objects.get(verb="enqueue").user == "operator"


def test_the_bulk_finds_what_the_list_shows(browser: Browser) -> None:
    locks = [{"name": "devices", "mode": "shared"}]
    job = waiting(scheduled_by="ann", locks=locks, parameters={"device": "eosdist"}, action="sleep")
    waiting(), make_job(scheduled_by="ann")
    query = {
        "status__exact": "waiting",
        "action": "sleep",
        "worker": "none",
        "scheduled_by": "ann",
        "lock": "devices",
        "q": "device=eosdist",
        "scheduled_at_from_0": "2020-01-01",
        "scheduled_at_to_0": "2999-12-31",
    }
    client = browser("operator")
    listed: Any = client.get(LIST, query)
    asked: Any = client.get(f"{LIST}all/cancel/", query)
    assert [row.pk for row in listed.context["cl"].result_list] == [job.pk]
    assert asked.context["count"] == 1


def test_over_a_thousand_takes_a_permission_of_its_own(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsite.console.jobs.all_jobs.MOST", 1)
    waiting(), waiting()
    url = f"{LIST}all/cancel/?status__exact=waiting"
    for sent in (browser("operator").get(url), browser("operator").post(url, {"reason": "x", "count": "1"})):
        assert sent.status_code == 302
        assert "none of your roles may change at once" in told(sent)
    assert not Job.objects.filter(action="bulk").exists()
    confirm(browser("admin"), url)
    assert asked_for()["most"] == 2


def test_more_than_can_be_counted_are_all_of_them(browser: Browser, settings: Settings) -> None:
    settings.EXACT_COUNT_CAP = 1
    waiting(), waiting()
    url = f"{LIST}all/cancel/?status__exact=waiting"
    assert "more than 1 jobs" in browser("admin").get(url).content.decode()
    confirm(browser("admin"), url)
    assert asked_for()["most"] is None


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "Set a filter first"), ("action=", "Set a filter first"), ("status__exact=done", "Nothing to do")],
)
def test_every_job_there_is_or_none_is_refused(query: str, words: str, browser: Browser) -> None:
    waiting(), make_job()
    answer = browser("admin").post(f"{LIST}all/cancel/?{query}", {"reason": "x", "count": "1"})
    assert answer.status_code == 302
    assert words in told(answer)
    assert not Job.objects.filter(action="bulk").exists()


def test_what_was_not_confirmed_is_not_done(browser: Browser) -> None:
    job, client = waiting(), browser("admin")
    every = f"{LIST}all/cancel/?status__exact=waiting"
    for sent in ({"reason": "x"}, {"reason": "x", "count": "all"}, {"reason": "  ", "count": "1"}):
        client.post(every, sent)
    assert "Say in a few words why" in client.post(selected("cancel", job), {"reason": " "}).content.decode()
    assert not Job.objects.filter(action="bulk").exists()
    assert status_of(job) == Status.WAITING


@pytest.mark.parametrize(("which", "verb"), PAGES)
def test_who_may_not_is_shown_no_way_and_refused_if_they_force_it(which: str, verb: str, browser: Browser) -> None:
    job = waiting()
    url = f"{LIST}{which}/{verb}/?id={job.pk}&status__exact=waiting"
    shown = browser("auditor").get(f"{LIST}?status__exact=waiting").content.decode()
    assert "_selected_action" not in shown
    assert f"all/{verb}" not in shown
    assert f"all/{verb}" in browser("operator").get(f"{LIST}?status__exact=waiting").content.decode()
    for who in ("staff", "auditor"):
        assert browser(who).get(url).status_code == 403
        assert browser(who).post(url, {"reason": "x", "count": "1"}).status_code == 403
    assert browser("anonymous").post(url, {"reason": "x"}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser("admin").cookies
    assert strict.post(url, {"reason": "x", "count": "1"}).status_code == 403
    assert status_of(job) == Status.WAITING
    assert not Job.objects.filter(action="bulk").exists()


@pytest.mark.parametrize(("which", "verb"), PAGES)
def test_a_page_that_asks_costs_the_same_for_many(which: str, verb: str, browser: Browser) -> None:
    client, costs = browser("admin"), []
    jobs = [make_job(status="errored"), waiting()]
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(selected(verb, *jobs).replace("selected", which) + "&q=noop")
        costs.append(len(captured))
        jobs += [waiting() for _ in range(5)] + [make_job(status="errored") for _ in range(5)]
    assert costs[0] == costs[1] <= 9
