"""/docs.json: valid, and true to what is on the wire."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from jobs.models import ActionConfig, Cron, JobLog
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, MakeJob, MakeWorker
from tests.api.operations import DIALECTS, OPERATIONS, handled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def described() -> Any:
    return Client().get("/api/v0/docs.json").json()


def problems(described: Any, schema: Any, value: Any) -> list[str]:
    validator = Draft202012Validator({**schema, "components": described["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_the_description_is_valid_and_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_handler_is_described_and_nothing_else_is(dialect: str) -> None:
    assert {str(operation) for operation in OPERATIONS if operation.dialect == dialect} == handled(dialect)


def test_clients_find_the_version_without_a_login(described: Any) -> None:
    assert described["info"]["version"] == "2.6.0"
    assert Client().get("/api/v0/docs.json/")["Content-Type"] == "application/json"


def contents(described: Any) -> Iterator[tuple[str, Any]]:
    """Each JSON body that the description speaks of, with its place; errors aside."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for code, body in bodies.items():
                if "docs.json" not in path and code in {"request", "200", "202"} and "content" in body:
                    yield f"{method} {path} {code}", body["content"]["application/json"]


def test_every_operation_has_an_example_that_fits_its_schema(described: Any) -> None:
    places = dict(contents(described))
    assert len(places) == 44
    for place, content in places.items():
        examples = [example["value"] for example in content["examples"].values()]
        assert examples, place
        assert not [problem for example in examples for problem in problems(described, content["schema"], example)], (
            place
        )


def test_every_operation_names_the_errors_of_all(described: Any) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert "docs.json" in path or {"401", "403", "429", "503"} <= set(operation["responses"])
            assert operation["summary"]


def test_what_is_on_the_wire_fits_its_schema(
    described: Any, client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    job = make_job(
        status=Status.WORKER_DEAD, worker=make_worker(), late_result_at=NOON, capacity_map={"scan": 1},
        parameters={"a": [1]}, result=[1], exception={"message": "no"}, finished=["eosdist"], progress_total=6,
        next={"action": "noop"}, locks=[{"name": "devices", "mode": "shared"}],
        comment="c", ticket_ref="t", scheduled_by="ann",
    )  # fmt: skip
    make_job(retry_from=job)
    make_job(status=Status.RUNNING)
    JobLog.objects.create(job=job, line_number=0, data="x")
    Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=NOON, last_run_at=NOON)
    ActionConfig.objects.create(action="sleep", parameters={"seconds": "5"})
    lock = LockName.objects.create(name="devices", fence=1)
    JobLock.objects.create(lock=lock, job=make_job(status=Status.RUNNING), mode="shared", fence=1, acquired_at=NOON)
    make_job(locks=[{"name": "devices", "mode": "exclusive"}], blocked_by="devices")
    addresses = {
        "{job_id}": str(job.uuid),
        "{worker_id}": "000000000001",
        "{lock_name}": "devices",
        "{cron_name}": "nightly",
        "{action_name}": "sleep",
    }
    asked = 0
    for path, operations in described["paths"].items():
        if "get" not in operations or "docs.json" in path:
            continue
        response = client.get(re.sub(r"\{\w+\}", lambda found: addresses[found[0]], path))
        schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert response.status_code == 200
        assert not problems(described, schema, response.json()), path
        asked += 1
    assert asked == 17


def test_answers_to_a_post_and_errors_fit_too(described: Any, client: Client) -> None:
    responses = described["paths"]["/api/v0/jobs"]["post"]["responses"]
    for body, code in (({"action": "noop"}, "202"), ({"action": "x"}, "400")):
        response = client.post("/api/v0/jobs", body, content_type="application/json")
        schema = responses[code]["content"]["application/json"]["schema"]
        assert (str(response.status_code), problems(described, schema, response.json())) == (code, [])


def test_the_parameters_of_the_list_are_all_described(described: Any) -> None:
    listed = described["paths"]["/api/v0/jobs"]["get"]["parameters"]
    of_the_original = {"action", "worker", "running", "start", "limit"}
    ours = {
        "status",
        "needsHuman",
        "cron",
        "lock",
        "retryFrom",
        "scheduledAfter",
        "scheduledBefore",
        "parameters.KEY",
        "q",
        "after",
    }
    assert {item["name"] for item in listed if item["in"] == "query"} == of_the_original | ours
