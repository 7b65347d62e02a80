"""GET /jobs: what a page costs, and its count."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from jobs.search import matching
from jobs.states import Status
from jobsite.api import slices
from tests.api.conftest import MakeJob, MakeWorker

pytestmark = pytest.mark.slow


def test_the_count_is_exact_up_to_the_cap_and_an_estimate_beyond(
    client: Client, make_job: MakeJob, settings: Any
) -> None:
    for _ in range(4):
        make_job()
    settings.EXACT_COUNT_CAP = 4
    response = client.get("/api/v0/jobs?limit=2")
    assert (response["X-Resource-Count"], response["X-Count-Exact"]) == ("4", "true")
    settings.EXACT_COUNT_CAP = 3
    response = client.get("/api/v0/jobs?limit=2")
    assert int(response["X-Resource-Count"]) >= 3
    assert response["X-Count-Exact"] == "false"


def test_a_page_costs_the_same_whatever_it_holds(
    client: Client, make_job: MakeJob, make_worker: MakeWorker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/api/v0/jobs")  # The token's use is noted.
    worker = make_worker()
    for _ in range(30):
        original = make_job(status=Status.DONE, worker=worker, result={"big": "x" * 1000})
        make_job(retry_from=original, parameters={"k": "v"})
    # Token; roles; the transaction's savepoint in a test, 2; its time limit; the page; the count.
    costs = {"limit=2": 7, "limit=50": 7, "limit=2&worker=000000000001&parameters.k=v": 6}
    # Of a text, what names alone find is counted first.
    costs["limit=2&q=noop"] = 8
    for query, cost in costs.items():
        with django_assert_num_queries(cost):
            assert client.get(f"/api/v0/jobs?{query}").status_code == 200


def test_a_far_page_is_the_same_and_one_statement_so_that_a_job_that_goes_meanwhile_does_not_end_the_list(
    client: Client,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(6):
        make_job()
    near = client.get("/api/v0/jobs?limit=2&start=2")
    monkeypatch.setattr(slices, "_FAR", 1)
    with django_assert_num_queries(7):
        far = client.get("/api/v0/jobs?limit=2&start=2")
    assert len(near.json()["jobs"]) == 2
    assert (far.json(), far["ETag"], far["Link"]) == (near.json(), near["ETag"], near["Link"])


def test_where_names_alone_find_more_than_the_cap_no_parameters_are_searched_to_count(
    client: Client, make_job: MakeJob, settings: Any
) -> None:
    for action in ("noop", "noop", "noop", "noop", "sleep", "sleep", "sleep"):
        make_job(action=action, status=Status.DONE)
    settings.EXACT_COUNT_CAP = 3
    for text, exact, searched in (("noop", "false", 0), ("sleep", "true", 1)):
        with CaptureQueriesContext(connection) as queries:
            response = client.get("/api/v0/jobs", {"limit": "2", "q": text})
        counts = [query["sql"] for query in queries if "COUNT(*)" in query["sql"]]
        assert response["X-Count-Exact"] == exact
        assert sum("@@" in count for count in counts) == searched
    # The other words hold of what is counted first, too.
    assert client.get("/api/v0/jobs?limit=2&q=noop&status=errored")["X-Resource-Count"] == "0"


def test_no_result_is_read_for_a_list_nor_for_one_job(
    client: Client, make_job: MakeJob, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = make_job(status=Status.DONE, result={"x": 1})
    client.get("/api/v0/jobs")
    for url in ("/api/v0/jobs", f"/api/v0/jobs/{job.uuid}"):
        with django_assert_num_queries(6 if url == "/api/v0/jobs" else 3) as queries:
            client.get(url)
        assert not any(
            '"result"' in query["sql"] or '"exception"' in query["sql"] for query in queries.captured_queries
        )


def test_free_text_is_one_condition_on_parameters_however_many_are_declared() -> None:
    # Joined by OR they made the planner read the whole table: 2 s at a million jobs, and 24 ms as one.
    assert str(Job.objects.filter(matching("x")).query).count("@@") == 1
