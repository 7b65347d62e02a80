"""Each filter of GET /jobs is served by an index: the page's own statement, explained on a table with statistics."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, Func, Value
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.criteria import _CONDITIONS
from jobs.models import Cron, Job
from jobsite import patience
from tests.api.conftest import NOON, MakeJob, MakeWorker

ROWS = 20_000
# Of long ended jobs one in a hundred is in error, one in a thousand waits; each is of one of 20 actions and crons.
FILL = """
INSERT INTO jobs_job (uuid, action, status, scheduled_at, status_changed_at, started_at, ended_at, worker_id, cron_id,
    priority, due, retries_total, retries_left, deadline_text, stop_timeout_text, capacity_class_id, parameters, locks,
    scheduled_by)
SELECT gen_random_uuid(), CASE WHEN n %% 20 = 0 THEN 'sync_devices' ELSE 'action' || n %% 20 END, word,
    now() - n * interval '1 minute', now(), begun, ended, CASE WHEN begun IS NOT NULL THEN %(worker)s + n %% 20 END,
    %(cron)s + n %% 20, 0, true, 0, 0, '', '', %(class_id)s,
    jsonb_build_object('device', 'leaf' || n), CASE WHEN n %% 10 = 0 THEN
    jsonb_build_array(jsonb_build_object('name', 'lock' || n %% 500, 'mode', 'exclusive')) END, 'user' || n %% 50
FROM (SELECT n, word, CASE WHEN word <> 'waiting' THEN now() END AS begun,
      CASE WHEN word NOT IN ('waiting', 'running') THEN now() END AS ended
      FROM (SELECT n, CASE WHEN n %% 1000 = 1 THEN 'waiting' WHEN n %% 100 = 7 THEN 'errored' ELSE 'done' END AS word
            FROM generate_series(%(first)s + 1, %(first)s + 2000) AS n) AS one) AS each
"""
# What serves it, and how many pages of 8 KB a page of ten jobs may read at most.
FILTERS: dict[str, tuple[str, int]] = {
    "": ("job_list", 60),
    "action=action3": ("job_by_action", 60),
    "worker={worker}": ("job_by_worker", 60),
    "worker=": ("job_by_status", 120),
    "running=true": ("job_by_status", 120),
    "running=false": ("job_list", 60),
    # Nearly all are: the list itself.
    "status=done": ("job_list", 60),
    "status=waiting,errored": ("job_", 400),
    "status=worker_resurrection": ("job_", 60),
    "needsHuman=true": ("job_needs_a_human", 60),
    "cron=cron4": ("job_by_cron", 60),
    "lock=lock20": ("job_by_lock", 200),
    "retryFrom={job}": ("job_by_retry_from", 60),
    "scheduledAfter=2001-01-01T00:00:00Z": ("job_list", 60),
    "scheduledBefore=2001-01-01T00:00:00Z": ("job_list", 60),
    "parameters.device=leaf77": ("job_parameters", 60),
    "q=sync": ("job_list", 60),
    "q=leaf77": ("job_parameters", 200),
    "q={job}": ("jobs_job_uuid", 200),
    # Whose ids were found before, by an index alone.
    "start=15000": ("jobs_job_pkey", 1000),
    "start=15000&status=done": ("jobs_job_pkey", 1000),
    "start=900&action=action3": ("job_by_action", 1500),
}
# The same of the admin's list, whose pages have fifty.
OF_THE_ADMIN: dict[str, tuple[str, int]] = {
    "": ("job_list", 200),
    "action=action3": ("job_by_action", 200),
    "worker={worker}": ("job_by_worker", 200),
    "worker=none": ("job_by_status", 200),
    "running=true": ("job_by_status", 200),
    "status__exact=done": ("job_", 200),
    "status__exact=errored": ("job_by_status", 600),
    "needs_human=true": ("job_needs_a_human", 60),
    "cron=cron4": ("job_by_cron", 200),
    "lock=lock20": ("job_by_lock", 200),
    "scheduled_by=user3": ("job_by_user", 200),
    "scheduled_at_from_0=2001-01-01": ("job_list", 200),
    "scheduled_at_to_0=2001-01-01": ("job_list", 200),
    "q=device%3Dleaf77": ("job_parameters", 200),
    "q={job}": ("jobs_job_uuid", 200),
    "q=NET-1": ("job_by_ticket", 200),
}


@pytest.fixture
def filled(make_job: MakeJob, make_worker: MakeWorker) -> dict[str, Any]:
    workers = [make_worker() for _ in range(20)]
    crons = [Cron(name=f"cron{n}", action="noop", schedule="@daily", enabled=False) for n in range(20)]
    Cron.objects.bulk_create(crons)
    job = make_job()
    with connection.cursor() as cursor:
        numbers = {"worker": workers[0].pk, "cron": crons[0].pk, "class_id": job.capacity_class_id}
        for first in range(0, ROWS, 2000):
            cursor.execute(FILL, {**numbers, "first": first})
        cursor.execute("ANALYZE jobs_job")
    return {"job": job.uuid, "worker": workers[3].hex_id}


def _page_of(client: Client, url: str, *, column: str = "deadline_text") -> str:
    """The statement that reads the page: the one with this column."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200, response.content
    [page, *_] = [query["sql"] for query in queries if f'"{column}"' in query["sql"]]
    return page


def _explained(statement: str) -> tuple[str, list[str], int]:
    """The plan, how it reads jobs, and how many pages that touches."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, FORMAT JSON) {statement}")
        [(answer,)] = cursor.fetchall()
    plan = answer[0]["Plan"]
    ways = [part.get("Index Name", part["Node Type"]) for part in _parts(plan) if "Scan" in part["Node Type"]]
    return str(plan), ways, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def _parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name", "jobs_job") == "jobs_job":
        yield plan
    for part in plan.get("Plans", []):
        yield from _parts(part)


@pytest.mark.slow
def test_each_filter_is_served_by_its_index(client: Client, filled: dict[str, Any]) -> None:
    first = client.get("/api/v0/jobs?start=5000&limit=1")["Link"]
    behind = first.rpartition("after=")[2].partition(">")[0]
    wrong = []
    for query, (index, most) in FILTERS.items():
        chosen = query.format(**filled)
        for url in (f"/api/v0/jobs?{chosen}", f"/api/v0/jobs?{chosen}&after={behind}"):
            plan, ways, pages = _explained(_page_of(client, url))
            if "Seq Scan" in ways or pages > most or not any(way.startswith(index) for way in ways):
                wrong.append(f"{url}: {pages} pages by {ways}, {plan}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.slow
def test_so_is_each_of_the_admins_list_on_each_of_its_pages(admin_client: Client, filled: dict[str, Any]) -> None:
    wrong = []
    for query, (index, most) in OF_THE_ADMIN.items():
        chosen = query.format(**filled)
        changelist = admin_client.get(f"/admin/jobs/job/?{chosen}").context["cl"]
        for at in filter(None, (f"?{chosen}", f"?{chosen}&oldest=1", changelist.older)):
            plan, ways, pages = _explained(_page_of(admin_client, f"/admin/jobs/job/{at}", column="late_result_at"))
            if "Seq Scan" in ways or pages > most or not any(way.startswith(index) for way in ways):
                wrong.append(f"{at}: {pages} pages by {ways}, {plan}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.slow
def test_who_counts_what_none_has_claimed_reads_no_rows(client: Client, filled: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/v0/jobs?worker=")["X-Resource-Count"] == "21"
    [count] = [query["sql"] for query in queries if "COUNT(*)" in query["sql"]]
    plan, ways, _ = _explained(count)
    assert "Index Only Scan" in plan, plan
    assert ways == ["job_by_status"]


def test_a_list_that_takes_too_long_is_400_and_says_how_to_narrow_it(
    client: Client, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job()
    slow = Func(Value(3), template="pg_sleep(%(expressions)s)::text = ''", output_field=BooleanField())
    monkeypatch.setitem(_CONDITIONS, "text", lambda _text: slow)
    monkeypatch.setattr(patience, "LIST", timedelta(milliseconds=50))
    response = client.get("/api/v0/jobs?q=x")
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"]) == (400, "INVALID_PARAMETERS")
    assert "narrow it by action, worker, status" in error["detail"]["reason"]


@pytest.mark.slow
@pytest.mark.parametrize("time", ["finish_time", "scheduled_time"])
def test_what_happened_lately_is_found_without_a_walk_past_all_before_it(
    client: Client, filled: dict[str, Any], time: str
) -> None:
    lately = list(Job.objects.filter(status="done").order_by("-pk").values_list("pk", flat=True)[:2000])
    tomorrow = NOON + timedelta(days=36_500)
    Job.objects.filter(pk__in=lately).update(ended_at=tomorrow, scheduled_at=tomorrow)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
    url = f"/api/v1.0/jobs?per_page=10&filter[{time}][gt]={(NOON + timedelta(days=36_499)):%Y-%m-%d}"
    with CaptureQueriesContext(connection) as queries:
        found = [job["id"] for job in client.get(url).json()["data"]["jobs"]]
    assert found == sorted(lately)[:10]
    [page] = [sql for sql in (query["sql"] for query in queries) if "LIMIT 11" in sql]
    plan, ways, pages = _explained(page)
    assert "Seq Scan" not in ways, plan
    assert pages <= 300, plan


# What serves it, at the other dialect's end and start: waiting ones are the newest, and others stand between.
BY_ID = {
    "filter[status]=SCHEDULED": "job",
    "filter[status]=exception": "job_failed_by_id",
    "filter[status]=ABORTED": "job_aborted_by_id",
    "filter[status]=FINISHED": "jobs_job_pkey",
    "filter[status]=RUNNING": "job_",
    "filter[function_name]=action3": "job_by_action_and_id",
    "filter[function_name][contains]=action3": "job_by_action_and_id",
    "filter[id][gt]=100": "jobs_job_pkey",
    "filter[scheduled_by]=user7": "job",
}


@pytest.mark.slow
def test_the_other_dialects_pages_go_by_id_through_an_index(client: Client, filled: dict[str, Any]) -> None:
    Job.objects.filter(status="errored", pk__gt=ROWS // 2).update(status="canceled")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
    wrong = []
    for query, index in BY_ID.items():
        for order in ("id", "-id"):
            url = f"/api/v1.0/jobs?per_page=10&{query}&sort={order}"
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            [page] = [sql for sql in (query["sql"] for query in queries) if "LIMIT 11" in sql]
            plan, ways, pages = _explained(page)
            if "Seq Scan" in ways or pages > 400 or not any(way.startswith(index) for way in ways):
                wrong.append(f"{url}: {pages} pages by {ways}, {plan}")
    assert not wrong, "\n\n".join(wrong)
