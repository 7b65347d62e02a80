"""/docs.json: valid, and true to what is on the wire."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from jobs.states import Status
from jobsite.api.v1.filters import JobFilter
from jobsite.api.v1.query import OPERATORS
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, MakeJob
from tests.api_v1.conftest import ROOT, send


@pytest.fixture(scope="module")
def described() -> Any:
    return Client().get(f"{ROOT}/docs.json").json()


def problems(described: Any, schema: Any, value: Any) -> list[str]:
    validator = Draft202012Validator({**schema, "components": described["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def schema_of(described: Any, method: str, path: str, code: int) -> Any:
    operation = described["paths"][f"{ROOT}{path}"][method]
    return operation["responses"][str(code)]["content"]["application/json"]["schema"]


def test_the_description_is_valid_and_without_a_warning() -> None:
    custom = "jobsite.settings.SPECTACULAR_V1"
    call_command("spectacular", "--validate", "--fail-on-warn", "--custom-settings", custom, stdout=StringIO())


def test_each_dialect_describes_itself_alone(described: Any) -> None:
    assert described["info"]["version"] == "1.0"
    assert {path.split("/")[2] for path in described["paths"]} == {"v1.0"}
    other = Client().get("/api/v0/docs.json").json()
    assert {path.split("/")[2] for path in other["paths"]} == {"v0"}


def contents(described: Any) -> Iterator[tuple[str, Any]]:
    """Each JSON body that the description speaks of, with its place; errors aside."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for code, body in bodies.items():
                if "docs.json" not in path and code in {"request", "200"} and "content" in body:
                    yield f"{method} {path} {code}", body["content"]["application/json"]


def test_every_operation_has_an_example_that_fits_its_schema(described: Any) -> None:
    places = dict(contents(described))
    assert len(places) == 12
    for place, content in places.items():
        examples = [example["value"] for example in content["examples"].values()]
        assert examples, place
        assert not [problem for value in examples for problem in problems(described, content["schema"], value)], place


def test_every_operation_names_the_errors_of_all(described: Any) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            public = path.endswith(("docs.json", "version"))
            assert public or {"401", "403", "429", "503"} <= set(operation["responses"])
            assert operation["summary"]


def test_what_is_on_the_wire_fits_its_schema(described: Any, client: Client, make_job: MakeJob) -> None:
    job = make_job(status=Status.RUNNING, finished=["a"], change_score=5, parameters={"a": [1]}, comment="c")
    for status in set(Status.values) - {"running"}:
        make_job(status=status, next_job=job, result=[1])
    lock = LockName.objects.create(name="devices", fence=1)
    JobLock.objects.create(lock=lock, job=job, mode="shared", fence=1, acquired_at=NOON)
    asked = 0
    for path, operations in described["paths"].items():
        if "get" not in operations or "docs.json" in path:
            continue
        response = client.get(re.sub(r"\{\w+\}", str(job.pk), path))
        schema = schema_of(described, "get", path.removeprefix(ROOT), 200)
        assert response.status_code == 200
        assert not problems(described, schema, response.json()), path
        asked += 1
    assert asked == 4


CHANGES: list[tuple[str, str, dict[str, Any], int]] = [
    ("put", "/job/{job_id}", {"action": "ABORT"}, 200),
    ("put", "/job/{job_id}", {}, 400),
    ("delete", "/joblocks", {"name": "devices"}, 200),
    ("delete", "/joblocks", {"name": "nosuch"}, 404),
    ("post", "/device_syncto", {"all": True}, 200),
    ("post", "/device_syncto", {"hostname": "nosuch"}, 400),
    ("post", "/firmware/upgrade", {"group": "dist", "url": "EOS-4.32.1F.swi"}, 200),
]


@pytest.mark.parametrize("change", CHANGES, ids=[f"{change[0]}-{change[1]}-{change[3]}" for change in CHANGES])
def test_answers_to_changes_and_errors_fit_too(
    described: Any, client: Client, make_job: MakeJob, change: tuple[str, str, dict[str, Any], int]
) -> None:
    method, path, body, code = change
    job = make_job(status=Status.RUNNING)
    lock = LockName.objects.create(name="devices", fence=1)
    JobLock.objects.create(lock=lock, job=job, mode="shared", fence=1, acquired_at=NOON)
    response = send(client, method, path.format(job_id=job.pk), body)
    assert response.status_code == code
    assert not problems(described, schema_of(described, method, path, code), response.json())


DRY_RUNS: list[Any] = ["false", None, [1], 0, {}]
REASONS: list[Any] = [5, None, ["x"], {}]
LENIENT: list[tuple[str, str, dict[str, Any]]] = [
    *(("post", "/device_syncto", {"hostname": "eosdist", "dry_run": value}) for value in DRY_RUNS),
    *(("post", "/device_syncto", {"all": value}) for value in ("true", 1, "Yes")),
    *(("post", "/device_syncto", {"hostname": "eosdist", "all": value}) for value in (0, "false")),
    *(("put", "/job/{job_id}", {"action": "ABORT", "abort_reason": value}) for value in REASONS),
]


@pytest.mark.parametrize("change", LENIENT, ids=[str(body) for _, _, body in LENIENT])
def test_what_is_taken_fits_the_schema_of_the_request(
    described: Any, client: Client, make_job: MakeJob, change: tuple[str, str, dict[str, Any]]
) -> None:
    method, path, body = change
    response = send(client, method, path.format(job_id=make_job().pk), body)
    assert response.status_code == 200, response.content
    content = described["paths"][f"{ROOT}{path}"][method]["requestBody"]["content"]["application/json"]
    assert not problems(described, content["schema"], body)


def test_the_parameters_of_the_list_are_all_described(described: Any) -> None:
    listed = {item["name"]: item for item in described["paths"][f"{ROOT}/jobs"]["get"]["parameters"]}
    queries = {name for name, item in listed.items() if item["in"] == "query"}
    assert queries == {"per_page", "page", "sort", "filter[ATTR]", "filter[ATTR][OP]", "filter_jobresult"}
    assert all(name in listed["filter[ATTR]"]["description"] for name in JobFilter.base_filters)
    assert all(name in listed["filter[ATTR][OP]"]["description"] for name in OPERATORS)


def test_sort_names_what_can_be_sorted_by_and_nothing_else(described: Any, client: Client) -> None:
    listed = {item["name"]: item for item in described["paths"][f"{ROOT}/jobs"]["get"]["parameters"]}
    named = listed["sort"]["description"].partition("ATTR: ")[2].split(", ")
    taken = [name for name in JobFilter.base_filters if client.get(f"{ROOT}/jobs", {"sort": name}).status_code == 200]
    assert named == taken


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("per_page", [-1, 0, 1, 1000, 1001]),
        ("page", [-1, 0, 1, 2**31, 2**31 + 1]),
        (
            "filter_jobresult",
            ["", "config", "diff", "config,diff", " diff , config,", "x", "config diff", "configs", ","],
        ),
    ],
)
def test_a_parameter_of_the_list_takes_what_its_schema_says(
    described: Any, client: Client, db: None, name: str, values: list[Any]
) -> None:
    listed = {item["name"]: item for item in described["paths"][f"{ROOT}/jobs"]["get"]["parameters"]}
    for value in values:
        is_taken = client.get(f"{ROOT}/jobs", {name: value}).status_code == 200
        assert is_taken == (not problems(described, listed[name]["schema"], value)), value
