"""GET /jobs: pages, order, headers, and what they cost."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.db.models import BooleanField, Func, Q, Value
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from jobs.states import Status
from jobsite import patience
from jobsite.api import slices
from jobsite.api.v1 import functions, pagination
from jobsite.api.v1.functions import with_function_name
from jobsite.api.v1.views.jobs import Jobs
from tests.api.conftest import NOON, MakeJob
from tests.api_v1.conftest import ROOT, ids, refused


def links(response: Any) -> dict[str, dict[str, str]]:
    """rel to the query that it links to."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"(?:,(?=<)|\Z)', response.get("Link", ""))
    assert all(url.startswith(f"http://testserver{ROOT}/jobs?") for url, _ in found)
    return {rel: dict(parse_qsl(urlsplit(url).query)) for url, rel in found}


def test_the_oldest_comes_first_and_fifty_are_listed(client: Client, make_job: MakeJob) -> None:
    made = [make_job(scheduled_at=NOON - timedelta(minutes=n)).pk for n in range(52)]
    assert ids(client) == made[:50]
    assert ids(client, page="2") == made[50:]


def test_the_number_of_jobs_can_be_limited_by_the_pagination(client: Client, make_job: MakeJob) -> None:
    made = [make_job().pk for _ in range(5)]
    assert ids(client, per_page="2", page="2") == made[2:4]
    assert ids(client, per_page="2", page="3") == made[4:]
    assert ids(client, per_page="2", page="4") == []
    assert ids(client, per_page="1000", page=str(2**31)) == []
    assert ids(client, per_page="2", sort="-id", page="2") == made[1:3][::-1]


@pytest.mark.parametrize("page", ["", "0", "-1", "one", "1.5", "%", "1_0", "0x2", "²", "٣"])
def test_an_unreadable_page_is_the_first(client: Client, make_job: MakeJob, page: str) -> None:
    made = [make_job().pk for _ in range(2)]
    assert ids(client, per_page="1", page=page) == made[:1]


@pytest.mark.parametrize("page", [str(2**31 + 1), "9" * 20, "9" * 5000])
def test_a_huge_page_is_400(client: Client, db: None, page: str) -> None:
    assert refused(client.get(f"{ROOT}/jobs", {"page": page}))[0] == 400


@pytest.mark.parametrize("text", ["0", "1001", "-1", "", "ten", "1.5", "9" * 5000, "1_0", "²", "٣"])
def test_a_bad_per_page_is_400_in_the_originals_words(client: Client, db: None, text: str) -> None:
    words = "Unable to filter jobs: per_page argument must be integer between 1-1000"
    assert refused(client.get(f"{ROOT}/jobs", {"per_page": text})) == (400, words)


def test_next_and_last_are_linked_with_all_arguments_kept(client: Client, make_job: MakeJob) -> None:
    for _ in range(5):
        make_job()
    query = {
        "per_page": "2",
        "sort": "-id",
        "filter\\[function.name\\]\\[contains\\]": "no",
        "filter_jobresult": "diff",
    }
    response = client.get(f"{ROOT}/jobs", query)
    assert response["X-Total-Count"] == "5"
    assert links(response) == {"next": {**query, "page": "2"}, "last": {**query, "page": "3"}}
    assert response["Link"].startswith("<http://testserver/api/v1.0/jobs?")
    assert '; rel="next",<http' in response["Link"]


def test_first_and_prev_are_linked_too(client: Client, make_job: MakeJob) -> None:
    for _ in range(5):
        make_job()
    middle = links(client.get(f"{ROOT}/jobs?per_page=2&page=2"))
    assert {rel: query["page"] for rel, query in middle.items()} == {
        "next": "3",
        "last": "3",
        "first": "1",
        "prev": "1",
    }
    last = links(client.get(f"{ROOT}/jobs?per_page=2&page=3"))
    assert {rel: query["page"] for rel, query in last.items()} == {"first": "1", "prev": "2"}
    behind = client.get(f"{ROOT}/jobs?per_page=2&page=9")
    assert {rel: query["page"] for rel, query in links(behind).items()} == {"first": "1", "prev": "3"}
    assert behind["X-Total-Count"] == "5"


def test_one_page_has_no_link(client: Client, make_job: MakeJob) -> None:
    make_job()
    response = client.get(f"{ROOT}/jobs")
    assert "Link" not in response
    assert (response["X-Total-Count"], response["X-Count-Exact"]) == ("1", "true")


def test_beyond_the_cap_the_count_is_an_estimate_and_there_is_no_last_page(
    client: Client, make_job: MakeJob, settings: Any
) -> None:
    settings.EXACT_COUNT_CAP = 3
    for _ in range(5):
        make_job()
    response = client.get(f"{ROOT}/jobs?per_page=2")
    assert response["X-Count-Exact"] == "false"
    assert int(response["X-Total-Count"]) >= 3
    assert set(links(response)) == {"next"}


SORTABLE = [
    "id", "status", "scheduled_time", "start_time", "finish_time", "function_name", "scheduled_by", "comment",
    "ticket_ref", "next_job_id", "change_score",
]  # fmt: skip


@pytest.mark.parametrize("field", SORTABLE)
def test_each_plain_attribute_can_be_sorted_by_and_the_id_breaks_ties(
    client: Client, make_job: MakeJob, field: str
) -> None:
    made = [make_job().pk for _ in range(3)]
    assert ids(client, sort=field) == made
    assert ids(client, sort=f"-{field}") == made[::-1]
    assert ids(client, sort=field.replace("_", ".")) == made


def test_sorting_sorts(client: Client, make_job: MakeJob) -> None:
    late = make_job(scheduled_at=NOON + timedelta(hours=1), action="sync_devices", parameters={"dry_run": False}).pk
    dry = make_job(action="sync_devices", status=Status.DONE).pk
    failed = make_job(action="a", status=Status.ERRORED).pk
    assert ids(client, sort="scheduled.time") == [dry, failed, late]
    assert ids(client, sort="-scheduled_time") == [late, failed, dry]
    assert ids(client, sort="function_name") == [failed, late, dry]
    # EXCEPTION, FINISHED, SCHEDULED.
    assert ids(client, sort="status") == [failed, dry, late]
    assert ids(client, sort="") == [late, dry, failed]


@pytest.mark.parametrize(
    "field", ["nosuch", "-nosuch", "result", "start_arguments", "--id", "uuid", "id,status", "\x00"]
)
def test_an_unknown_field_to_sort_by_is_400(client: Client, db: None, field: str) -> None:
    status, message = refused(client.get(f"{ROOT}/jobs", {"sort": field}))
    assert status == 400
    assert message.startswith("Unable to filter jobs: ")
    assert message.endswith(" is not a valid attribute to sort on")


def test_a_list_costs_the_same_however_long_it_is(
    client: Client, make_job: MakeJob, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    query = {"per_page": "2", "filter[function_name][contains]": "no", "sort": "-status"}
    make_job()
    client.get(f"{ROOT}/jobs", query)
    # Who asks and what they may (2), the actions, savepoint and time limit (3), ids with versions, count, rows.
    for _ in range(3):
        for _ in range(3):
            make_job(status=Status.DONE, finished=["a"], next_job=make_job())
        with django_assert_num_queries(9):
            client.get(f"{ROOT}/jobs", query)


def test_one_job_costs_two_queries_beside_the_login_and_one_for_who_has_it(
    client: Client, make_job: MakeJob, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = make_job(status=Status.DONE, next_job=make_job(), result={"devices": {}})
    tag = client.get(f"{ROOT}/job/{job.pk}")["ETag"]
    with django_assert_num_queries(4):
        client.get(f"{ROOT}/job/{job.pk}")
    with django_assert_num_queries(3):
        assert client.get(f"{ROOT}/job/{job.pk}", headers={"If-None-Match": tag}).status_code == 304


def test_a_long_page_is_sent_in_parts_and_reads_the_same(
    client: Client, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = {"devices": {"a": {"failed": False, "job_tasks": [{"task_name": "Sync device config"}]}}}
    for _ in range(7):
        make_job(status=Status.DONE, action="sync_devices", result=result)
    query = {"per_page": "6", "sort": "-id", "filter_jobresult": "diff"}
    whole = client.get(f"{ROOT}/jobs", query)
    monkeypatch.setattr(pagination, "PART", 2)
    parts = client.get(f"{ROOT}/jobs", query)
    assert parts.streaming
    assert parts.getvalue() == whole.content
    assert (parts["Link"], parts["X-Total-Count"]) == (whole["Link"], "7")


def test_a_search_that_takes_too_long_is_400_and_says_how_to_narrow_it(
    client: Client, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job()
    slow = Func(Value(3), template="pg_sleep(%(expressions)s)::text = ''", output_field=BooleanField())
    everything = Jobs.get_queryset
    monkeypatch.setattr(Jobs, "get_queryset", lambda view: everything(view).filter(slow))
    monkeypatch.setattr(patience, "LIST", timedelta(milliseconds=50))
    status, message = refused(client.get(f"{ROOT}/jobs"))
    assert status == 400
    assert "add filter[id][gt]" in message


@pytest.mark.parametrize("order", ["id", "-id"])
def test_a_page_by_id_walks_the_primary_key_and_sorts_nothing(db: None, order: str) -> None:
    plan = _plan(with_function_name(Job.objects.all()).order_by(order).values_list("pk", flat=True)[100:151])
    assert "jobs_job_pkey" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("chosen", [Q(status__in=["errored"]), Q(action__in=["noop"], is_dry=False), Q(id__in=[1, 2])])
def test_the_filters_that_the_advice_names_have_an_index(db: None, chosen: Q) -> None:
    assert "Index" in _plan(with_function_name(Job.objects.all()).filter(chosen).values_list("pk", flat=True))


def test_the_actions_that_there_are_cost_a_probe_each(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_AS_IF_LARGE)
        cursor.execute(f"EXPLAIN {functions.ACTIONS}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using job_by_action" in plan, plan
    assert "Sort" not in plan


# A table of tests is so small that any plan would do.
_AS_IF_LARGE = "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"


def _plan(jobs: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_AS_IF_LARGE)
    return str(jobs.explain())


def test_a_job_that_is_deleted_while_it_is_listed_is_left_out(
    client: Client, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_job(), make_job()
    counted = Jobs.pagination_class._count

    def delete(*arguments: Any) -> Any:
        Job.objects.filter(pk=first.pk).delete()
        return counted(*arguments)

    monkeypatch.setattr(Jobs.pagination_class, "_count", delete)
    assert ids(client) == [second.pk]


@pytest.mark.parametrize("query", ["sort=-status", "filter[id][gt]=0&sort=function_name", "filter[status]=FINISHED"])
def test_a_far_page_is_read_otherwise_and_is_the_same(
    client: Client, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    for _ in range(4):
        make_job()
        make_job(status=Status.DONE)
    url = f"{ROOT}/jobs?{query}&per_page=2&page=2"
    near = client.get(url)
    monkeypatch.setattr(slices, "_FAR", 1)
    far = client.get(url)
    assert len(near.json()["data"]["jobs"]) == 2
    assert (far.json(), far["ETag"], far["Link"]) == (near.json(), near["ETag"], near["Link"])


def test_a_far_page_is_found_in_one_statement_so_that_a_job_that_goes_meanwhile_does_not_end_the_list(
    client: Client,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(6):
        make_job()
    client.get(f"{ROOT}/jobs")  # The token's use is noted.
    monkeypatch.setattr(slices, "_FAR", 1)
    # Token; roles; the transaction's savepoint in a test, 2; its time limit; ids with versions; the count; rows.
    with django_assert_num_queries(8):
        assert 'rel="next"' in client.get(f"{ROOT}/jobs?per_page=2&page=2")["Link"]
