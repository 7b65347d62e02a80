"""GET /jobs/{id} and what stands below it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.engine.waiting import Reason, waiting_reasons
from jobs.models import Job, JobLog
from jobs.states import Status
from jobsite.api.v0 import details
from tests.api.conftest import NOON, MakeJob, MakeWorker


@pytest.mark.parametrize("below", ["", "/detail", "/result", "/waiting", "/logs"])
@pytest.mark.parametrize(
    "job_id",
    [
        "00000000-0000-7000-8000-000000000000",
        "1",
        "x",
        "{00000000-0000-7000-8000-000000000000}",
        "00000000000070008000000000000000",
        "%00",
        "%FF",
        "%0A",
        "9" * 5000,
    ],
)
def test_an_unknown_id_is_404_whatever_it_looks_like(client: Client, job_id: str, below: str) -> None:
    response = client.get(f"/api/v0/jobs/{job_id}{below}")
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"]) == (404, "NO_SUCH_JOB")
    assert error["message"] == "A job with the given ID does not exist."


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"paused": True},
        {"due": False, "scheduled_at": NOON + timedelta(days=9999)},
        {"locks": [{"name": "devices", "mode": "exclusive"}], "blocked_by": "devices"},
    ],
)
def test_why_a_job_waits_is_told_also_of_one_that_goes_while_it_is_asked(
    client: Client,
    make_job: MakeJob,
    make_worker: MakeWorker,
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, Any],
) -> None:
    def gone_by_then(job: Job) -> list[Reason]:
        Job.objects.filter(pk=job.pk).delete()
        return waiting_reasons(job)

    monkeypatch.setattr(details, "waiting_reasons", gone_by_then)
    make_worker(capacity={"default": 1})
    url = f"/api/v0/jobs/{make_job(**columns).uuid}/waiting"
    answers = [client.get(url) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 404], answers
    assert answers[1].json()["errors"][0]["code"] == "NO_SUCH_JOB"


def test_an_id_is_read_in_either_case(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    assert client.get(f"/api/v0/jobs/{str(job.uuid).upper()}").json()["id"] == str(job.uuid)


def test_the_result_is_what_the_action_returned_or_raised(client: Client, make_job: MakeJob) -> None:
    exception = {"message": "no", "type": "ValueError", "args": ["no"], "traceback": "..."}
    job = make_job(status=Status.ERRORED, result=[1], exception=exception, finished=["eosdist"], progress_total=6)
    found = client.get(f"/api/v0/jobs/{job.uuid}/result").json()
    assert found == {"result": [1], "exception": exception, "finished": ["eosdist"], "total": 6}
    assert list(found) == ["result", "exception", "finished", "total"]
    empty = client.get(f"/api/v0/jobs/{make_job().uuid}/result").json()
    assert empty == {"result": None, "exception": None, "finished": None, "total": None}


def test_the_detail_shows_the_whole_chain_from_any_of_its_jobs(client: Client, make_job: MakeJob) -> None:
    first = make_job(status=Status.WORKER_DEAD, late_result_at=NOON)
    second = make_job(status=Status.ERRORED, retry_from=first)
    third = make_job(retry_from=first)
    chains = [client.get(f"/api/v0/jobs/{job.uuid}/detail").json()["attempts"] for job in (first, second, third)]
    assert chains[0] == chains[1] == chains[2]
    assert [attempt["status"] for attempt in chains[0]] == ["worker_resurrection", "errored", "waiting"]
    assert chains[0][0]["startedAt"] == "2018-04-21T12:00:00Z"


@pytest.fixture
def logged(make_job: MakeJob) -> str:
    job = make_job()
    JobLog.objects.bulk_create(JobLog(job=job, line_number=n, data=f"line {n}") for n in range(5))
    return f"/api/v0/jobs/{job.uuid}/logs"


def lines(client: Client, url: str, **query: Any) -> list[int]:
    response = client.get(url, query)
    assert response.status_code == 200
    return [line["lineNum"] for line in response.json()]


def test_logs_are_a_top_level_array(client: Client, logged: str, make_job: MakeJob) -> None:
    assert client.get(logged).json()[0] == {"data": "line 0", "lineNum": 0}
    assert client.get(f"/api/v0/jobs/{make_job().uuid}/logs/").content == b"[]"


def test_logs_begin_at_a_line_and_end_after_so_many(client: Client, logged: str) -> None:
    assert lines(client, logged) == lines(client, logged, limit="0") == lines(client, logged, limit="") == [*range(5)]
    assert lines(client, logged, offset="2", limit="2") == [2, 3]
    assert lines(client, logged, offset="9" * 99) == []
    assert lines(client, logged, stream="false") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("query", ["offset=-1", "limit=-1", "offset=x", "limit=1.5", "stream=1"])
def test_a_log_can_not_be_asked_for_so(client: Client, logged: str, query: str) -> None:
    response = client.get(f"{logged}?{query}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "INVALID_PARAMETERS")


def test_a_long_log_comes_in_parts(
    client: Client, make_job: MakeJob, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = make_job()
    JobLog.objects.bulk_create(JobLog(job=job, line_number=n, data="é\x07\u2028") for n in range(2500))
    response = client.get(f"/api/v0/jobs/{job.uuid}/logs?offset=1&limit=2300")
    found = json.loads(response.getvalue())
    assert [line["lineNum"] for line in found] == list(range(1, 2301))
    assert found[0]["data"] == "é\x07\u2028"
    # Token, roles, the job, what its lines are for the tag, and one for each thousand lines.
    with django_assert_num_queries(4 + 3):
        client.get(f"/api/v0/jobs/{job.uuid}/logs").getvalue()


def test_times_are_written_as_short_as_they_are(client: Client, make_job: MakeJob) -> None:
    job = make_job(
        scheduled_at=NOON + timedelta(milliseconds=120), status_changed_at=NOON + timedelta(microseconds=999)
    )
    found = client.get(f"/api/v0/jobs/{job.uuid}").json()
    assert (found["scheduledAt"], found["lastUpdated"]) == ("2018-04-21T12:00:00.12Z", "2018-04-21T12:00:00Z")
