"""GET /jobs/{id}/logs?stream=true, in this process; tests/e2e has it on a real server."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import StreamingHttpResponse
from django.test import Client

from jobs.models import Job, JobLog
from jobs.states import Status
from jobsite import web
from jobsite.api.reader import Reader
from jobsite.api.v0 import log_stream
from jobsite.api.v0.log_lines import read_lines
from tests.api.conftest import NOON, ClientOf, MakeJob

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Follow = Callable[..., Iterator[Any]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_stream, "LOOK_SECONDS", 0.01)


@pytest.fixture
def job(make_job: MakeJob) -> Job:
    return make_job(status=Status.RUNNING)


@pytest.fixture
def follow(transactional_db: None, client_of: ClientOf, job: Job) -> Iterator[Follow]:
    """The lines of an answer as they come: objects, and None for an empty one. Closed when the test is over."""
    client = client_of("auditor")
    opened: list[StreamingHttpResponse] = []

    def ask(**query: Any) -> Iterator[Any]:
        response: Any = client.get(f"/api/v0/jobs/{job.uuid}/logs", {"stream": "true", **query})
        assert response.status_code == 200
        assert response["Content-Type"] == "application/x-ndjson"
        opened.append(response)
        for part in response:
            yield from (json.loads(line) if line else None for line in part.split(b"\n")[:-1])

    yield ask
    for response in opened:
        response.close()


def log(job: Job, *numbers: int) -> None:
    JobLog.objects.bulk_create(JobLog(job=job, line_number=n, data=f"é {n}") for n in numbers)


def end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(status=Status.DONE, ended_at=NOON)


def lines(*numbers: int) -> list[dict[str, Any]]:
    return [{"data": f"é {n}", "lineNum": n} for n in numbers]


def test_lines_come_as_they_are_written_and_the_status_at_the_end(follow: Follow, job: Job) -> None:
    log(job, 0, 1)
    stream = follow()
    assert list(itertools.islice(stream, 2)) == lines(0, 1)
    log(job, 2)
    assert next(stream) == lines(2)[0]
    log(job, 3)
    end(job)
    assert list(stream) == [*lines(3), {"status": "done"}]


def test_between_two_looks_no_connection_is_held(follow: Follow, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Any] = []

    def stays(_reader: object, _seconds: float) -> bool:
        held.append(connection.connection)
        if len(held) == 3:
            end(job)
            connection.close()
        return True

    monkeypatch.setattr(Reader, "stays", stays)
    assert list(follow()) == [{"status": "done"}]
    assert held == [None, None, None]


def test_it_resumes_at_an_offset_and_stops_after_so_many(follow: Follow, job: Job) -> None:
    log(job, *range(6))
    assert list(follow(offset=2, limit=3)) == [*lines(2, 3, 4), {"status": "running"}]
    end(job)
    assert list(follow(offset=5)) == [*lines(5), {"status": "done"}]
    assert list(follow(offset=9)) == [{"status": "done"}]


def test_a_long_log_comes_whole_and_at_once(follow: Follow, job: Job) -> None:
    log(job, *range(2500))
    end(job)
    assert [line.get("lineNum") for line in follow()] == [*range(2500), None]


def test_a_job_that_is_deleted_meanwhile_ends_it(follow: Follow, job: Job) -> None:
    log(job, 0)
    stream = follow()
    assert next(stream) == lines(0)[0]
    JobLog.objects.all().delete()
    Job.objects.filter(pk=job.pk).delete()
    assert list(stream) == [{"status": "deleted"}]


def test_an_empty_line_says_that_it_is_alive(follow: Follow, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_stream, "EMPTY_SECONDS", 0.05)
    assert list(itertools.islice(follow(), 2)) == [None, None]


@pytest.mark.parametrize("what", ["its life is over", "its server stops"])
def test_its_last_line_tells_to_ask_again(follow: Follow, job: Job, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log(job, 0, 1)
    if what == "its life is over":
        monkeypatch.setattr(log_stream, "LIFE_SECONDS", 0.05)
    stream = follow()
    assert list(itertools.islice(stream, 2)) == lines(0, 1)
    if what == "its server stops":
        web.post_worker_init(type("Worker", (), {"alive": False}))
    try:
        assert list(stream) == [{"status": "running", "reconnect": True, "offset": 2}]
    finally:
        web.post_worker_init(None)


def test_a_restart_of_the_database_is_no_end(follow: Follow, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    log(job, 0)
    stream = follow()
    assert next(stream) == lines(0)[0]
    failures = iter([OperationalError("terminating connection")] * 3)

    def broken(*arguments: Any, **more: Any) -> Any:
        for failure in failures:
            end(job)
            raise failure
        return read_lines(*arguments, **more)

    monkeypatch.setattr(log_stream, "read_lines", broken)
    assert list(stream) == [{"status": "done"}]


def test_the_seventh_is_told_to_wait_and_a_closed_one_leaves_its_place(client_of: ClientOf, job: Job) -> None:
    client, url = client_of("auditor"), f"/api/v0/jobs/{job.uuid}/logs?stream=true"
    opened = [client.get(url) for _ in range(log_stream.MOST)]
    refused = client.get(url)
    assert (refused.status_code, refused["Retry-After"]) == (429, "11")
    assert refused.json()["errors"][0]["code"] == "TOO_MANY_REQUESTS"
    assert client.get(url.partition("?")[0]).status_code == 200
    opened.pop().close()
    opened.append(client.get(url))
    assert [response.status_code for response in opened] == [200] * log_stream.MOST
    for response in opened:
        response.close()


def test_a_head_takes_no_place_and_ends(client_of: ClientOf, job: Job) -> None:
    response = client_of("auditor").head(f"/api/v0/jobs/{job.uuid}/logs?stream=true")
    assert (response.status_code, response["Content-Type"], response.content) == (200, "application/x-ndjson", b"")


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/plain", "*/*"])
def test_whatever_a_client_accepts_it_is_served(client_of: ClientOf, job: Job, accept: str) -> None:
    end(job)
    client = client_of("auditor")
    response = client.get(f"/api/v0/jobs/{job.uuid}/logs?stream=true", headers={"Accept": accept})
    assert response.getvalue() == b'{"status":"done"}\n'
    unknown = client.get(f"/api/v0/jobs/{job.pk}/logs?stream=true", headers={"Accept": accept})
    assert (unknown.status_code, unknown["Content-Type"]) == (404, "application/json")


@pytest.mark.parametrize("query", ["stream=yes", "stream=true&offset=-1"])
def test_what_it_can_not_read_is_refused(client_of: ClientOf, job: Job, query: str) -> None:
    response = client_of("auditor").get(f"/api/v0/jobs/{job.uuid}/logs?{query}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "INVALID_PARAMETERS")


def test_one_needs_the_permission_to_read_logs(client_of: ClientOf, job: Job) -> None:
    for client, code in ((Client(), 401), (client_of("nobody"), 403)):
        assert client.get(f"/api/v0/jobs/{job.uuid}/logs?stream=true").status_code == code
