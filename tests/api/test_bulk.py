"""POST /jobs/bulk: the filter of the list, a dry run, and the job that does it."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.criteria import Criteria
from jobs.engine import bulk as bulk_module
from jobs.models import AuditEvent, Job
from jobs.states import Status
from jobsite.api.v0.bulk import read_criteria
from jobsite.api.v0.filters import JobFilter
from tests.api.conftest import ClientOf, MakeJob
from tests.api.test_jobs_list import KEYS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Every filter of the list, with a word that it takes.
WORDS = {
    "action": "noop",
    "worker": "",
    "running": "false",
    "status": "errored,worker_resurrection",
    "needsHuman": "true",
    "cron": "nightly",
    "lock": "devices",
    "retryFrom": "00000000-0000-7000-8000-000000000000",
    "scheduledAfter": "2018-04-21T09:45:00Z",
    "scheduledBefore": "2018-04-22T09:45:00+02:00",
    "q": "eos",
}


def ask(client: Client, verb: str = "cancel", chosen: Any = None, **more: Any) -> tuple[int, Any]:
    body = {"verb": verb, "filter": {"action": "noop"} if chosen is None else chosen, **more}
    response = client.post("/api/v0/jobs/bulk", body, content_type="application/json")
    return response.status_code, response.json()


def refusal(answer: tuple[int, Any]) -> tuple[int, str, str]:
    [error] = answer[1]["errors"]
    return answer[0], error["code"], error["detail"]["field"]


def test_a_dry_run_answers_how_many_and_changes_nothing(client: Client, make_job: MakeJob) -> None:
    for status in Status:
        make_job(status=status)
    make_job(action="other")
    assert ask(client, "cancel", dryRun=True) == (200, {"count": 2})
    # What has ended, and that no other job has followed.
    assert ask(client, "retry", dryRun=True) == (200, {"count": 6})
    Job.objects.filter(status="done").update(next_job=Job.objects.filter(status="waiting").first())
    assert ask(client, "retry", dryRun=True) == (200, {"count": 5})
    assert not Job.objects.filter(action="bulk").exists()
    assert not AuditEvent.objects.exists()


def test_without_it_the_answer_is_the_job_that_does_it(client: Client, make_job: MakeJob) -> None:
    make_job()
    code, job = ask(client, chosen={"action": "noop", "status": "waiting"}, reason="the mirror is gone")
    assert (code, list(job), job["action"], job["status"]) == (202, KEYS, "bulk", "waiting")
    assert job["parameters"] == {
        "verb": "cancel",
        "criteria": {"action": "noop", "statuses": ["waiting"]},
        "most": 1000,
        "reason": "the mirror is gone",
    }
    made = Job.objects.get(uuid=job["id"])
    # In front of the line that it may be asked to clear.
    assert (made.priority, made.scheduled_by) == (100, "operator")
    event = AuditEvent.objects.get()
    assert (event.verb, event.user, event.object_id) == ("enqueue", "operator", job["id"])


def test_the_filter_means_what_the_list_means_by_it() -> None:
    assert set(WORDS) == set(JobFilter.base_filters)
    sent = {**WORDS, "parameters.k": ["v", 4, True]}
    query = QueryDict(mutable=True)
    query.update(WORDS)
    query.setlist("parameters.k", ["v", "4", "true"])
    listed = JobFilter(query, queryset=Job.objects.none())
    assert listed.is_valid()
    assert read_criteria(sent) == listed.criteria()
    for name, value in WORDS.items():
        assert len(read_criteria({name: value}).dump()) == 1
    assert read_criteria({"running": True, "q": 7}) == Criteria(running=True, text="7")


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({}, "filter"),
        ({"action": "any", "running": "any", "worker": "any"}, "filter"),
        ({"status": "waiting", "action": ""}, "filter.action"),
        ({"status": "waiting", "cron": " "}, "filter.cron"),
        ({"status": "waiting", "scheduledBefore": ""}, "filter.scheduledBefore"),
        ({"status": "waiting", "parameters.k": []}, "filter.parameters.k"),
        ({"acton": "noop"}, "filter.acton"),
        ({"limit": 3}, "filter.limit"),
        ({"start": 3, "action": "noop"}, "filter.start"),
        ({"status": "lost"}, "filter.status"),
        ({"running": "yes"}, "filter.running"),
        ({"action": None}, "filter.action"),
        ({"action": ["a", "b"]}, "filter.action"),
        ({"action": "a\x00"}, "filter.action"),
        ({"q": "\ud800"}, "filter.q"),
        ({"parameters.\x00": "v"}, "filter.parameters.\\0"),
        ({"parameters.k": [{}]}, "filter.parameters.k"),
        ({"retryFrom": "x"}, "filter.retryFrom"),
        ({"scheduledAfter": "yesterday"}, "filter.scheduledAfter"),
        ([], "filter"),
        ("action", "filter"),
    ],
)
def test_a_filter_that_says_nothing_or_what_nobody_reads_is_refused(client: Client, chosen: Any, field: str) -> None:
    assert refusal(ask(client, chosen=chosen)) == (400, "INVALID_FORM_FIELD", field)
    assert not Job.objects.exists()


def test_the_words_of_a_refusal_are_those_of_the_list(client: Client) -> None:
    listed = client.get("/api/v0/jobs?status=lost").json()["errors"][0]["detail"]["reason"]
    assert ask(client, chosen={"status": "lost"})[1]["errors"][0]["detail"]["reason"] == listed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filter": {"action": "noop"}}, "verb"),
        ({"verb": "delete", "filter": {"action": "noop"}}, "verb"),
        ({"verb": "cancel"}, "filter"),
        ({"verb": "cancel", "filter": {"action": "noop"}, "dryRun": "yes"}, "dryRun"),
        ({"verb": "cancel", "filter": {"action": "noop"}, "reason": "x" * 256}, "reason"),
    ],
)
def test_a_body_at_fault_names_its_field(client: Client, body: Any, field: str) -> None:
    response = client.post("/api/v0/jobs/bulk/", body, content_type="application/json")
    assert refusal((response.status_code, response.json())) == (400, "INVALID_FORM_FIELD", field)


def test_more_than_a_thousand_need_a_permission_of_their_own(
    client_of: ClientOf, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_module, "MOST", 2)
    for _ in range(3):
        make_job()
    operator, admin = client_of("operator"), client_of("admin")
    code, answer = ask(operator)
    assert (code, answer["errors"][0]["code"]) == (403, "NOT_AUTHORIZED")
    assert "jobs.bulk_job" in answer["errors"][0]["message"]
    assert ask(operator, dryRun=True) == (200, {"count": 3})
    assert ask(admin)[1]["parameters"]["most"] is None
    Job.objects.filter(action="bulk").delete()
    Job.objects.filter(pk=Job.objects.first().pk).delete()  # type: ignore[union-attr]
    assert ask(operator)[0] == 202


@pytest.mark.parametrize(
    "body",
    [
        {"action": "bulk", "parameters": {"verb": "cancel", "criteria": {}, "most": None}},
        {"action": "noop", "next": {"action": "bulk", "parameters": {"verb": "cancel", "criteria": {}, "most": None}}},
    ],
)
def test_nobody_submits_one_by_another_way(client_of: ClientOf, body: dict[str, Any]) -> None:
    superuser = client_of("superuser")
    for url, more in (("jobs", {}), ("crons", {"schedule": "@daily"})):
        response = superuser.post(f"/api/v0/{url}", {**body, **more}, content_type="application/json")
        if url == "jobs" or body["action"] == "bulk":
            assert refusal((response.status_code, response.json()))[0] == 400
            assert "POST /api/v0/jobs/bulk" in response.json()["errors"][0]["message"]
    config = {"action": "bulk", "parameters": {"most": None}}
    assert superuser.post("/api/v0/action_configs", config, content_type="application/json").status_code == 400
    assert not Job.objects.exists()


def test_a_bulk_is_not_run_once_more(client: Client, make_job: MakeJob) -> None:
    job = make_job(action="bulk", status=Status.WORKER_SHUTDOWN)
    response = client.post(f"/api/v0/jobs/{job.uuid}/retry")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "CONFLICT")
    assert ask(client, "retry", {"action": "bulk"}, dryRun=True) == (200, {"count": 0})


def test_its_cost_does_not_grow_with_the_jobs(
    client: Client, make_job: MakeJob, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(client)
    for more in (1, 30):
        for _ in range(more):
            make_job()
        # Token; roles; the savepoint of a test, 2; the time limit; the count.
        with django_assert_num_queries(6):
            ask(client, dryRun=True)
        # The same, and the enqueue of one job.
        with django_assert_num_queries(6 + 6):
            ask(client)


def test_a_bulk_runs_again_with_what_the_person_may(client_of: ClientOf, make_job: MakeJob) -> None:
    make_job(status="errored")
    for role, lacks in (("operator", ["jobs.delete_job"]), ("admin", [])):
        assert ask(client_of(role), "retry")[0] == 202
        made = Job.objects.filter(action="bulk").latest("pk")
        assert made.parameters is not None
        assert made.parameters["lacks"] == lacks
