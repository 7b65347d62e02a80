"""GET /workers and GET /actions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import MakeWorker


def test_a_worker_has_its_four_keys_in_order(client: Client, make_worker: MakeWorker) -> None:
    make_worker(
        hex_id="000000000000",
        capacity={"scan": 1, "scanCheck": 1},
        lease_until=datetime(2999, 2, 18, 0, 51, 2, 999_999, tzinfo=UTC),
    )
    found = client.get("/api/v0/workers/").json()
    expected = {
        "id": "000000000000",
        "status": "running",
        "capacityMap": {"scan": 1, "scanCheck": 1},
        "heartbeatExpiration": "2999-02-18T00:51:02Z",
    }
    assert found == {"workers": [expected]}
    assert list(found["workers"][0]) == list(expected)
    assert client.get("/api/v0/workers/000000000000").json() == expected


def test_the_operators_capacity_is_the_one_in_force(client: Client, make_worker: MakeWorker) -> None:
    make_worker(capacity={"scan": 1}, capacity_override={"scan": 5})
    assert client.get("/api/v0/workers").json()["workers"][0]["capacityMap"] == {"scan": 5}


def test_the_running_come_first_then_the_draining_then_by_name(client: Client, make_worker: MakeWorker) -> None:
    for name, state in [("a", "stopped"), ("b", "draining"), ("d", "running"), ("c", "running"), ("e", "dead")]:
        make_worker(name=name, hex_id=name * 12, state=state)
    # Its lease is over: dead, though no rescue has come by yet.
    late = timezone.now() - timedelta(seconds=1)
    make_worker(name="0", hex_id="0" * 12, state="running", lease_until=late)
    # Of the day before yesterday.
    make_worker(name="f", hex_id="f" * 12, state="dead", heartbeat_at=timezone.now() - timedelta(hours=25))
    found = [(worker["id"][0], worker["status"]) for worker in client.get("/api/v0/workers").json()["workers"]]
    assert found == [
        ("c", "running"), ("d", "running"), ("b", "draining"), ("0", "dead"), ("a", "stopped"), ("e", "dead"),
    ]  # fmt: skip


@pytest.mark.parametrize("worker_id", ["ffffffffffff", "x", "%00", "%FF", "9" * 3000])
def test_an_unknown_worker_is_404(client: Client, worker_id: str) -> None:
    response = client.get(f"/api/v0/workers/{worker_id}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "NO_SUCH_WORKER")


def test_workers_cost_one_query_however_many(
    client: Client, make_worker: MakeWorker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/api/v0/workers")
    for _ in range(20):
        make_worker()
    # Token; roles; the workers.
    with django_assert_num_queries(3):
        assert len(client.get("/api/v0/workers").json()["workers"]) == 20


def test_actions_are_listed_with_the_schema_of_their_parameters(client: Client) -> None:
    actions = {action["name"]: action for action in client.get("/api/v0/actions").json()["actions"]}
    assert list(actions) == sorted(actions)
    sleep = actions["sleep"]
    assert list(sleep) == ["name", "description", "parameters", "capacityMap", "locks", "paused"]
    assert sleep["parameters"]["properties"]["seconds"]["default"] == 60
    assert (sleep["capacityMap"], sleep["locks"], sleep["paused"]) == (None, [], False)


def test_locks_that_depend_on_the_parameters_are_null(client: Client) -> None:
    actions = {action["name"]: action for action in client.get("/api/v0/actions").json()["actions"]}
    assert actions["sync_devices"]["locks"] is None
