"""POST /workers/{id}/drain, /undrain and /capacity."""

from typing import Any

import pytest
from django.test import Client

from jobs.models import AuditEvent
from tests.api.conftest import ClientOf, MakeWorker

pytestmark = pytest.mark.slow

ID = "000000000001"


def _post(client: Client, verb: str, body: Any = None, worker: str = ID) -> tuple[int, Any]:
    more: dict[str, Any] = {} if body is None else {"data": body, "content_type": "application/json"}
    response = client.post(f"/api/v0/workers/{worker}/{verb}", **more)
    return response.status_code, response.json()


def test_a_drain_and_its_end(client: Client, make_worker: MakeWorker) -> None:
    make_worker()
    code, worker = _post(client, "drain", {"reason": "the disk is changed"})
    assert (code, worker["status"]) == (202, "draining")
    assert client.get(f"/api/v0/workers/{ID}").json() == worker
    code, worker = _post(client, "undrain")
    assert (code, worker["status"]) == (202, "running")
    events = AuditEvent.objects.filter(object_id="w1").order_by("id").values_list("verb", "reason", "user", "dialect")
    assert list(events) == [("drain", "the disk is changed", "operator", "v0"), ("undrain", "", "operator", "v0")]


def test_one_that_does_not_run_is_a_conflict_that_names_its_state(client: Client, make_worker: MakeWorker) -> None:
    make_worker(state="stopped")
    for verb in ("drain", "undrain"):
        code, answer = _post(client, verb)
        assert (code, answer["errors"][0]["code"], answer["errors"][0]["detail"]) == (
            409,
            "CONFLICT",
            {"status": "stopped"},
        )


@pytest.mark.parametrize("verb", ["drain", "undrain", "capacity"])
@pytest.mark.parametrize("worker", ["ffffffffffff", "nonsense", "%00"])
def test_an_unknown_worker_is_404(verb: str, worker: str, client_of: ClientOf) -> None:
    code, answer = _post(client_of("admin"), verb, {"capacityMap": {"scan": 1}}, worker)
    assert (code, answer["errors"][0]["code"]) == (404, "NO_SUCH_WORKER")


def test_a_capacity_replaces_the_whole_map(client_of: ClientOf, make_worker: MakeWorker) -> None:
    make_worker(capacity={"scan": 1, "scanCheck": 1})
    admin = client_of("admin")
    code, worker = _post(admin, "capacity", {"capacityMap": {"scan": 2}})
    assert (code, worker["capacityMap"]) == (202, {"scan": 2})
    code, worker = _post(admin, "capacity", {"capacityMap": None})
    assert (code, worker["capacityMap"]) == (202, {"scan": 1, "scanCheck": 1})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "capacityMap"),
        ({"capacityMap": []}, "capacityMap"),
        ({"capacityMap": {"scan": 0}}, "capacityMap.scan"),
        ({"capacityMap": {"scan": -1}}, "capacityMap.scan"),
        ({"capacityMap": {"scan": 1.5}}, "capacityMap.scan"),
        ({"capacityMap": {"scan": "2"}}, "capacityMap.scan"),
        ({"capacityMap": {"scan": True}}, "capacityMap.scan"),
        ({"capacityMap": {"scan": 2**53 + 1}}, "capacityMap.scan"),
        ({"capacityMap": {"9": 1}}, "capacityMap.9"),
        ({"capacityMap": {f"t{number}": 1 for number in range(17)}}, "capacityMap"),
        ({"capacityMap": {"scan": 1}, "reason": 7}, "reason"),
        ({"capacityMap": {"scan": 1}, "reason": "a\x00"}, "reason"),
        ({"capacityMap": {"scan": 1}, "reason": "r" * 256}, "reason"),
    ],
)
def test_a_bad_map_names_its_field(body: Any, field: str, client_of: ClientOf, make_worker: MakeWorker) -> None:
    make_worker()
    code, answer = _post(client_of("admin"), "capacity", body)
    assert (code, answer["errors"][0]["code"]) == (400, "INVALID_FORM_FIELD")
    assert answer["errors"][0]["detail"]["field"] == field
    assert not AuditEvent.objects.exists()


def test_a_body_that_is_no_object_is_told(client_of: ClientOf, make_worker: MakeWorker) -> None:
    make_worker()
    admin = client_of("admin")
    for verb in ("drain", "undrain", "capacity"):
        assert _post(admin, verb, [1])[0] == 400
    assert _post(admin, "capacity", "")[0] == 400
