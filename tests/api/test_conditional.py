"""ETag and If-None-Match in both dialects: who polls is sent what has changed, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.models import Cron, Job, JobLog, Pause
from jobs.states import Status
from jobsite.api.v0 import wire
from tests.api.conftest import NOON, MakeJob, MakeWorker
from tests.api.known import known_rows
from tests.api.operations import OPERATIONS, Operation
from workers.models import Worker

pytestmark = pytest.mark.slow

PLACES = (
    "/api/v0/jobs",
    "/api/v0/jobs/{uuid}",
    "/api/v0/jobs/{uuid}/result",
    "/api/v0/jobs/{uuid}/logs",
    "/api/v1.0/jobs",
    "/api/v1.0/job/{pk}",
)
READS = [operation for operation in OPERATIONS if operation.method == "GET" and not operation.is_public]


def again(client: Client, url: str, answer: Any) -> Any:
    return client.get(url, headers={"If-None-Match": answer["ETag"]})


def at(place: str, job: Job) -> str:
    return place.format(uuid=job.uuid, pk=job.pk)


@pytest.mark.parametrize("read", READS, ids=str)
def test_an_answer_that_the_reader_has_is_304_and_empty(
    client: Client, make_job: MakeJob, make_worker: MakeWorker, read: Operation
) -> None:
    url = read.among(known_rows(make_job, make_worker))
    first = client.get(url)
    assert first.status_code == 200
    assert first["ETag"].startswith('W/"')
    second = again(client, url, first)
    assert (second.status_code, second.content) == (304, b"")
    assert "Content-Length" not in second
    assert {"200", "304"} <= set(read.described["responses"])
    for answer in (first, second):
        assert answer["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))
        assert answer["ETag"] == first["ETag"]


def test_only_what_can_be_without_a_tag_is_described_so() -> None:
    said = {str(read): read.described["responses"]["200"]["headers"]["ETag"]["description"] for read in READS}
    assert {read: words for read, words in said.items() if words != "For If-None-Match."} == {
        "GET /api/v0/jobs": "For If-None-Match. A list of more than 1000 jobs has none.",
        "GET /api/v0/jobs/{job_id}/logs": "For If-None-Match. A stream has none.",
        "GET /api/v0/audit": "For If-None-Match. CSV has none.",
    }


def test_of_what_is_short_any_change_makes_another_tag(client: Client, make_job: MakeJob) -> None:
    make_job()
    Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=NOON)
    places = ("/api/v0/crons", "/api/v0/crons/nightly", "/api/v0/actions", "/api/v0/classes")
    first = {place: client.get(place) for place in places}
    Cron.objects.update(enabled=False, next_run_at=None)
    Pause.objects.create(kind="action", name="noop")
    Pause.objects.create(kind="class", name="default")
    for place in places:
        assert again(client, place, first[place]).status_code == 200, place


@pytest.mark.parametrize("sent", ['{tag}, "other"', '"other",{tag}', "*", "{strong}"])
def test_the_header_may_name_several_and_compares_weakly(client: Client, make_job: MakeJob, sent: str) -> None:
    url = f"/api/v0/jobs/{make_job().uuid}"
    tag = client.get(url)["ETag"]
    header = sent.format(tag=tag, strong=tag.removeprefix("W/"))
    assert client.get(url, headers={"If-None-Match": header}).status_code == 304
    assert client.head(url, headers={"If-None-Match": header}).status_code == 304


@pytest.mark.parametrize("sent", ["", "x", '"other"', 'W/"other"', "W/", "\xff", '"' * 5000])
def test_another_tag_is_answered_in_full(client: Client, make_job: MakeJob, sent: str) -> None:
    response = client.get(f"/api/v0/jobs/{make_job().uuid}", headers={"If-None-Match": sent})
    assert response.status_code == 200


# Each is what one of the statements of the engine changes.
CHANGES: dict[str, dict[str, Any]] = {
    "cancel": {"status": "cancel_request", "status_changed_at": NOON + timedelta(seconds=1)},
    "late result": {"late_result_at": NOON},
    "new original": {"retry_from": F("id")},
    "parameters": {"parameters": {"k": "w"}},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", ["/api/v0/jobs", "/api/v0/jobs/{uuid}"])
def test_whatever_the_13_keys_show_makes_another_tag(
    client: Client, make_job: MakeJob, place: str, change: str
) -> None:
    job = make_job(status=Status.RUNNING, parameters={"k": "v"})
    first = client.get(at(place, job))
    Job.objects.filter(pk=job.pk).update(**CHANGES[change])
    assert again(client, at(place, job), first).status_code == 200


def test_each_key_of_a_job_is_in_its_tag(client: Client, make_job: MakeJob) -> None:
    other = make_job()
    job = make_job(status=Status.RUNNING)
    changed: dict[str, Any] = {
        "uuid": "00000000-0000-7000-8000-000000000001", "retry_from": other, "status": "cancel_request",
        "late_result_at": NOON, "scheduled_at": NOON - timedelta(1), "status_changed_at": NOON - timedelta(1),
        "action": "x", "retries_total": 2, "retries_left": 1, "capacity_map": {}, "parameters": {},
        "deadline_text": "1s", "stop_timeout_text": "1s",
    }  # fmt: skip
    shown = {column.partition("__")[0] for column in wire.JOB_COLUMNS} - {"id", "worker"}
    assert shown == set(changed)
    for column, value in changed.items():
        first = client.get("/api/v0/jobs")
        Job.objects.filter(pk=job.pk).update(**{column: value})
        assert again(client, "/api/v0/jobs", first).status_code == 200, column
    first = client.get("/api/v0/jobs")
    Worker.objects.update(hex_id="abcdefabcdef")
    assert again(client, "/api/v0/jobs", first).status_code == 200


@pytest.mark.parametrize(
    "change", [{"finished": ["a"]}, {"result": {"a": 2}}, {"change_score": 3}, {"comment": "c"}, {"status": "deleted"}]
)
@pytest.mark.parametrize("place", ["/api/v1.0/jobs", "/api/v1.0/job/{pk}", "/api/v0/jobs/{uuid}/result"])
def test_any_change_of_the_row_makes_another_tag_where_results_are_shown(
    client: Client, make_job: MakeJob, place: str, change: dict[str, Any]
) -> None:
    job = make_job(status=Status.RUNNING, result={"a": 1})
    first = client.get(at(place, job))
    Job.objects.filter(pk=job.pk).update(**change)
    second = again(client, at(place, job), first)
    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]


@pytest.mark.parametrize("place", ["/api/v0/jobs?limit=1", "/api/v1.0/jobs?per_page=1"])
def test_a_list_that_others_have_joined_or_left_is_another(client: Client, make_job: MakeJob, place: str) -> None:
    job = make_job(scheduled_at=NOON)
    first = client.get(place)
    # Behind the page: its one row is the same, and now there is a next page.
    behind = make_job(scheduled_at=NOON - timedelta(1))
    second = again(client, place, first)
    assert (second.status_code, "Link" in second) == (200, True)
    another = make_job(scheduled_at=NOON - timedelta(1))
    third = again(client, place, second)
    assert third.status_code == 200, "one more is counted"
    behind.delete()
    another.delete()
    assert again(client, place, third).status_code == 200
    Job.objects.filter(pk=job.pk).delete()
    assert again(client, place, first).status_code == 200


def test_a_log_is_another_with_each_line_and_each_pruned_one(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    url = f"/api/v0/jobs/{job.uuid}/logs?offset=1&limit=2"
    JobLog.objects.bulk_create(JobLog(job=job, line_number=n, data="x") for n in range(3))
    first = client.get(url)
    JobLog.objects.create(job=job, line_number=3, data="x")
    assert again(client, url, first).status_code == 304, "behind what is asked for"
    JobLog.objects.filter(job=job, line_number=1).delete()
    second = again(client, url, first)
    assert [line["lineNum"] for line in second.json()] == [2, 3]
    JobLog.objects.filter(job=job, line_number=2).delete()
    assert again(client, url, second).status_code == 200


def test_what_is_not_there_or_not_allowed_is_no_304(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    url = f"/api/v0/jobs/{job.uuid}"
    tag = client.get(url)["ETag"]
    assert Client().get(url, headers={"If-None-Match": tag}).status_code == 401
    Job.objects.all().delete()
    assert client.get(url, headers={"If-None-Match": "*"}).status_code == 404
    assert client.get("/api/v1.0/job/1", headers={"If-None-Match": "*"}).status_code == 400


def test_an_abort_is_done_whatever_the_reader_has(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    body, headers = {"action": "ABORT"}, {"If-None-Match": "*"}
    response = client.put(f"/api/v1.0/job/{job.pk}", body, content_type="application/json", headers=headers)
    assert response.json()["data"]["jobs"][0]["status"] == "ABORTED"


@pytest.mark.parametrize("place", PLACES)
def test_a_304_reads_no_result_and_no_more_than_the_answer(
    client: Client, make_job: MakeJob, django_assert_num_queries: DjangoAssertNumQueries, place: str
) -> None:
    job = make_job(status=Status.DONE, result={"a": 1})
    first = client.get(at(place, job))
    # Who asks and what they may (2); one job is one query; of its log the job and the lines; of a list the time limit
    # and its savepoint (3), the page.
    own = {"/api/v0/jobs": 4, "/api/v1.0/jobs": 4, "/api/v0/jobs/{uuid}/logs": 2}.get(place, 1)
    with django_assert_num_queries(2 + own) as queries:
        assert again(client, at(place, job), first).status_code == 304
    assert not any('"result"' in query["sql"] for query in queries.captured_queries)
