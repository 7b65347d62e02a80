"""GET /locks, clear and free."""

import re
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import AuditEvent, Job, JobLog
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, ClientOf, MakeJob, MakeWorker
from workers.models import Worker

pytestmark = pytest.mark.slow

LOCKS = [{"name": "devices", "mode": "exclusive"}]


@pytest.fixture
def holder(make_job: MakeJob, make_worker: MakeWorker) -> Job:
    """Runs since just now on a live worker."""
    worker = make_worker()
    job = make_job(status=Status.RUNNING, worker=worker, started_at=timezone.now(), locks=LOCKS)
    Job.objects.filter(pk=job.pk).update(slot=f"{worker.boot_id}:1")
    JobLock.objects.create(
        lock=LockName.objects.create(name="devices", fence=7), job=job, mode="exclusive", fence=7, acquired_at=NOON
    )
    return job


def _holder(client: Client) -> Any:
    [found] = client.get("/api/v0/locks/devices/").json()["holders"]
    return found


def _post(client: Client, verb: str, **body: Any) -> tuple[int, Any]:
    response = client.post(f"/api/v0/locks/devices/{verb}", body, content_type="application/json")
    return response.status_code, response.json()


def test_a_lock_shows_its_holder_and_its_line_in_order(client: Client, make_job: MakeJob, holder: Job) -> None:
    late = make_job(locks=LOCKS, blocked_by="devices", scheduled_at=NOON + timedelta(hours=1))
    first = make_job(locks=LOCKS, blocked_by="devices", priority=1)
    called = make_job(locks=LOCKS, woken_for="devices", priority=-5)
    shown = client.get("/api/v0/locks/devices").json()
    assert shown["name"] == "devices"
    assert (shown["fence"], shown["waiting"]) == (7, 2)
    assert shown["holders"] == [
        {
            "jobID": str(holder.uuid), "action": "noop", "status": "running", "workerID": "000000000001",
            "worker": "w1", "mode": "exclusive", "fence": 7, "acquiredAt": "2018-04-21T12:00:00Z",
            "alive": True, "stuck": None, "beingKilled": False,
        }
    ]  # fmt: skip
    waiters = [(waiter["jobID"], waiter["called"]) for waiter in shown["waiters"]]
    assert waiters == [(str(called.uuid), True), (str(first.uuid), False), (str(late.uuid), False)]


def test_the_list_is_by_name_and_paged(client: Client, holder: Job) -> None:
    for name in ("a", "b:1", "z@x"):
        LockName.objects.create(name=name)
    names = [lock["name"] for lock in client.get("/api/v0/locks/?limit=2").json()["locks"]]
    assert names == ["a", "b:1"]
    names = [lock["name"] for lock in client.get("/api/v0/locks?after=b:1").json()["locks"]]
    assert names == ["devices", "z@x"]


def test_each_page_says_how_many_there_are_and_where_the_next_is(client: Client, holder: Job) -> None:
    LockName.objects.bulk_create(LockName(name=f"a{number:03}") for number in range(250))
    url, seen = "/api/v0/locks?limit=100", []
    while url:
        page: Any = client.get(url)
        assert (page["X-Resource-Count"], page["X-Count-Exact"]) == ("251", "true")
        seen.append([lock["name"] for lock in page.json()["locks"]])
        url = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert [len(names) for names in seen] == [100, 100, 51]
    assert [*chain(*seen)] == [*(f"a{number:03}" for number in range(250)), "devices"]


def test_a_reader_of_the_first_page_is_told_of_a_name_behind_it(client: Client, holder: Job) -> None:
    tag = client.get("/api/v0/locks?limit=1")["ETag"]
    assert client.get("/api/v0/locks?limit=1", headers={"If-None-Match": tag}).status_code == 304
    LockName.objects.create(name="z")
    assert client.get("/api/v0/locks?limit=1", headers={"If-None-Match": tag})["X-Resource-Count"] == "2"


def test_what_is_held_is_found_among_any_number_of_names(client: Client, make_job: MakeJob, holder: Job) -> None:
    LockName.objects.bulk_create(LockName(name=f"a{number}") for number in range(150))
    for _ in range(2):
        shares = make_job(status=Status.RUNNING)
        JobLock.objects.create(lock_id="a7", job=shares, mode="shared", fence=1, acquired_at=NOON)
    page = client.get("/api/v0/locks?held=true")
    assert [(lock["name"], len(lock["holders"])) for lock in page.json()["locks"]] == [("a7", 2), ("devices", 1)]
    assert (page["X-Resource-Count"], page.has_header("Link")) == ("2", False)
    next_page = client.get("/api/v0/locks?held=true&limit=1")["Link"]
    assert "held=true" in next_page
    assert "after=a7" in next_page
    assert client.get("/api/v0/locks?held=any")["X-Resource-Count"] == "151"


def test_a_word_that_held_does_not_know_is_400(client: Client, holder: Job) -> None:
    response = client.get("/api/v0/locks?held=maybe")
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"]) == (400, "INVALID_PARAMETERS")


def _used(statement: str) -> tuple[list[str], int]:
    """How a statement reads its tables, and how many pages that touches."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        [([answer],)] = cursor.fetchall()
    ways, left = [], [answer["Plan"]]
    while left:
        part = left.pop()
        left += part.get("Plans", [])
        ways += [part.get("Index Name", part["Relation Name"])] if "Relation Name" in part else []
    return ways, answer["Plan"]["Shared Hit Blocks"] + answer["Plan"]["Shared Read Blocks"]


@pytest.mark.parametrize("known", [True, False], ids=["analyzed", "no statistics"])
def test_a_page_of_names_reads_no_more_than_it_shows(
    client: Client, make_job: MakeJob, holder: Job, *, known: bool
) -> None:
    LockName.objects.bulk_create(LockName(name=f"a{number}") for number in range(20_000))
    held = [JobLock(lock_id=f"a{n}", job=holder, mode="shared", fence=1, acquired_at=NOON) for n in range(20)]
    JobLock.objects.bulk_create(held)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE locks_lockname" + (", locks_joblock" if known else ""))
    for url in ("/api/v0/locks?after=a5", "/api/v0/locks?held=true", "/api/v0/locks?held=true&after=a5"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        # To the end of all names an index alone is read, up to the cap.
        asked = [sql for sql in (query["sql"] for query in queries) if 'FROM "locks_lockname"' in sql]
        for statement in [sql for sql in asked if "held" in url or "LIMIT 101" in sql]:
            ways, pages = _used(statement)
            assert "locks_lockname" not in ways, (url, ways)
            assert pages < 150, (url, ways, pages)


@pytest.mark.parametrize("limit", ["x", "-1", "1.5", "%00"])
def test_a_limit_of_the_list_that_is_no_number_is_400(client: Client, limit: str) -> None:
    response = client.get(f"/api/v0/locks?limit={limit}")
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"], error["detail"]["field"]) == (400, "INVALID_PARAMETERS", "limit")


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("address", ["/api/v0/locks", "/api/v0/locks/devices"])
def test_the_answer_costs_the_same_with_many_locks_and_waiters(
    client: Client, make_job: MakeJob, holder: Job, address: str
) -> None:
    make_job(locks=LOCKS, blocked_by="devices")
    client.get(address)
    few = _queries(client, address)
    for number in range(20):
        job = make_job(status=Status.RUNNING, locks=LOCKS)
        lock = LockName.objects.create(name=f"n{number}")
        JobLock.objects.create(lock=lock, job=job, mode="shared", fence=1, acquired_at=NOON)
        make_job(locks=LOCKS, blocked_by="devices")
    assert _queries(client, address) == few < 10


def test_a_holder_whose_worker_is_gone_is_stuck(client: Client, holder: Job) -> None:
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    found = _holder(client)
    assert (found["alive"], found["stuck"]) == (False, "its worker is gone; the next rescue ends it")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "cancel_request", "status_changed_at": timedelta(seconds=40)}, "it was asked to stop 40 s ago and"),
        ({"deadline": timedelta(seconds=5), "started_at": timedelta(seconds=50)}, "its deadline was over 45 s ago"),
        ({"started_at": timedelta(minutes=11)}, "no word of it for 11 min"),
        ({"started_at": timedelta(minutes=30), "reported_at": timedelta(minutes=12)}, "no word of it for 12 min"),
    ],
)
def test_a_holder_that_gets_nowhere_says_why(client: Client, holder: Job, fields: dict[str, Any], said: str) -> None:
    now = timezone.now()
    spans = {key: now - value if key.endswith("_at") else value for key, value in fields.items()}
    Job.objects.filter(pk=holder.pk).update(**spans)
    assert _holder(client)["stuck"].startswith(said)
    assert _holder(client)["alive"]


def test_a_holder_that_logs_is_not_stuck(client: Client, holder: Job) -> None:
    Job.objects.filter(pk=holder.pk).update(started_at=timezone.now() - timedelta(hours=1))
    JobLog.objects.create(job=holder, line_number=0, data="still at it")
    assert _holder(client)["stuck"] is None


def test_an_unknown_lock_is_404(client: Client, holder: Job) -> None:
    for name in ("nothing", "no name", "x" * 129):
        response = client.get(f"/api/v0/locks/{name}")
        assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "NO_SUCH_LOCK")
        response = client.post(f"/api/v0/locks/{name}/clear", {"reason": "r"}, content_type="application/json")
        assert response.status_code == 404


def test_a_live_holders_lock_is_a_conflict_that_names_it(client: Client, holder: Job) -> None:
    status, answer = _post(client, "clear", reason="I want it")
    assert (status, answer["errors"][0]["code"]) == (409, "CONFLICT")
    assert answer["errors"][0]["detail"] == {"holders": str(holder.uuid)}


def test_of_many_live_holders_some_are_named_in_whole(
    client: Client, make_job: MakeJob, make_worker: MakeWorker, holder: Job
) -> None:
    JobLock.objects.update(mode="shared")
    worker = make_worker()
    for fence in range(2, 31):
        job = make_job(status=Status.RUNNING, worker=worker)
        Job.objects.filter(pk=job.pk).update(slot=f"{worker.boot_id}:{fence}")
        JobLock.objects.create(lock_id="devices", job=job, mode="shared", fence=fence, acquired_at=NOON)
    [error] = _post(client, "clear", reason="I want it")[1]["errors"]
    named = error["detail"]["holders"]
    assert re.fullmatch(r"([0-9a-f-]{36}(, )?)+ and 2\d more", named)
    assert error["message"].endswith(f"held by job {named}, which are alive.")


def test_force_needs_its_own_permission(client_of: ClientOf, client: Client, holder: Job) -> None:
    status, answer = _post(client, "clear", reason="I want it", force=True)
    assert (status, answer["errors"][0]["code"]) == (403, "NOT_AUTHORIZED")
    status, answer = _post(client_of("admin"), "clear", reason="I want it", force=True)
    assert (status, answer["state"]) == (202, "stopping")
    assert answer["lock"]["holders"][0]["beingKilled"]
    assert AuditEvent.objects.get(verb="clear_lock").dialect == "v0"


def test_an_operator_clears_what_was_asked_to_stop_and_has_not(client: Client, holder: Job) -> None:
    asked_at = timezone.now() - timedelta(seconds=36)
    Job.objects.filter(pk=holder.pk).update(status=Status.CANCEL_REQUEST, status_changed_at=asked_at)
    status, answer = _post(client, "clear", reason="it hangs")
    assert (status, answer["state"], answer["lock"]["holders"][0]["beingKilled"]) == (202, "stopping", True)


def test_a_dead_holders_lock_is_free_at_once(client: Client, holder: Job) -> None:
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    status, answer = _post(client, "clear", reason="its machine burnt down")
    assert (status, answer["state"], answer["lock"]["holders"]) == (202, "free", [])


def test_freeing_asks_the_holder_to_stop(client: Client, holder: Job) -> None:
    status, answer = _post(client, "free", reason="it hangs", retry=True)
    assert (status, answer["state"]) == (202, "stopping")
    assert answer["lock"]["holders"][0]["status"] == "cancel_request"
    holder.refresh_from_db()
    assert (holder.cancel_reason, holder.retry_asked) == ("it hangs", True)


@pytest.mark.parametrize("verb", ["clear", "free"])
@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": 7}])
def test_a_reason_is_asked_for(client: Client, holder: Job, verb: str, body: dict[str, Any]) -> None:
    status, answer = _post(client, verb, **body)
    assert (status, answer["errors"][0]["code"]) == (400, "INVALID_FORM_FIELD")
    assert answer["errors"][0]["detail"]["field"] == "reason"
