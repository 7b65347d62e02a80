"""schemathesis: requests made from the descriptions, valid and not, and answers held against them."""

import zlib
from typing import Any, TypeAlias

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    status_code_conformance,
)

from jobs.engine.classes import forget_classes
from jobsite.home import BASE_DIR
from tests.api.known import Known
from tests.api.operations import DIALECTS, OPERATIONS
from tests.fuzz.conftest import Headers, LogIn
from tests.fuzz.lenient import ASKS_MORE, TAKES_MORE

Case: TypeAlias = schemathesis.Case[Any]
# The same requests in each run.
CONFIG: dict[str, Any] = {"seed": 20261122, "generation": {"deterministic": True}}
LITTLE = {**CONFIG, "phases": {"coverage": {"enabled": False}}}


def _described(dialect: str, config: dict[str, Any]) -> Any:
    return schemathesis.openapi.from_wsgi(
        f"/api/{dialect}/docs.json", get_wsgi_application(), config=schemathesis.Config.from_dict(config)
    )


V0, V1 = (_described(dialect, CONFIG) for dialect in DIALECTS)
V0_A_LITTLE, V1_A_LITTLE = (_described(dialect, LITTLE) for dialect in DIALECTS)
many = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(many, max_examples=2)
FOR_EACH_ROLE = [schemathesis.checks.not_a_server_error, ignored_auth, status_code_conformance]
LEFT_OUT = object()
# What the first question to a body asks for, and by chance none would have: another device, action or lock.
AIMED_AT: dict[str, dict[str, Any]] = {
    "POST /api/v0/jobs": {"action": "noop"},
    "POST /api/v0/action_configs": {"action": "noop"},
    "POST /api/v0/crons": {"action": "noop", "schedule": "@daily"},
    "POST /api/v1.0/device_syncto": {"hostname": "eosdist", "group": LEFT_OUT, "all": LEFT_OUT},
    "POST /api/v1.0/firmware/upgrade": {"hostname": "eosdist", "group": LEFT_OUT, "url": "EOS-4.32.1F.swi"},
    "PUT /api/v1.0/job/{job_id}": {"action": "ABORT"},
    "DELETE /api/v1.0/joblocks": {"name": "devices"},
}
others = pytest.mark.parametrize("role", ["nobody", "auditor", "operator"])


def _fuzz(case: Case, dialect: str, known: Known, headers: Headers, **more: Any) -> None:
    _aim_address(case, known[dialect])
    _aim_body(case)
    if case.query:
        # It would follow a job that runs for ever, with connections of its own; tests/api/test_log_stream.py does.
        case.query.pop("stream", None)
    with transaction.atomic():
        case.call_and_validate(headers=headers, **more)
        # The next request finds the same rows: a job is aborted once.
        transaction.set_rollback(True)
    forget_classes()


def _aim_address(case: Case, rows: dict[str, str]) -> None:
    """Every other address names a row that is there: by chance none would."""
    if not _is_wrong_at(case, ParameterLocation.PATH) and _every_other(case.path_parameters):
        case.path_parameters.update({name: rows[name] for name in case.path_parameters if name in rows})


def _aim_body(case: Case) -> None:
    """Every other body gets past the first question; a wrong one too, unless that would make it right."""
    aimed_at = AIMED_AT.get(f"{case.method} {case.path}")
    if aimed_at is None or not isinstance(case.body, dict) or not _every_other(case.body):
        return
    body = {name: value for name, value in {**case.body, **aimed_at}.items() if value is not LEFT_OUT}
    if not (_is_wrong_at(case, ParameterLocation.BODY) and _fits(case, body)):
        case.body = body


def _every_other(value: Any) -> bool:
    return bool(zlib.crc32(repr(value).encode()) % 2)


def _is_wrong_at(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def _fits(case: Case, body: dict[str, Any]) -> bool:
    raw = case.operation.definition.raw["requestBody"]["content"]["application/json"]["schema"]
    components = case.operation.schema.raw_schema["components"]
    return bool(Draft202012Validator({**raw, "components": components}).is_valid(body))


def _lenient(case: Case) -> list[Any]:
    place = f"{case.method} {case.path}"
    takes_more = [negative_data_rejection] if place in TAKES_MORE else []
    return takes_more + ([positive_data_acceptance] if place in ASKS_MORE else [])


@many
@V0.parametrize()  # type: ignore[untyped-decorator]
def test_v0_keeps_to_its_description(case: Case, known: Known, log_in: LogIn) -> None:
    _fuzz(case, "v0", known, log_in("admin"), excluded_checks=_lenient(case))


@many
@V1.parametrize()  # type: ignore[untyped-decorator]
def test_v1_keeps_to_its_description(case: Case, known: Known, log_in: LogIn) -> None:
    _fuzz(case, "v1.0", known, log_in("admin"), excluded_checks=_lenient(case))


@few
@others
@V0_A_LITTLE.parametrize()  # type: ignore[untyped-decorator]
def test_v0_keeps_to_it_for_other_roles(case: Case, role: str, known: Known, log_in: LogIn) -> None:
    _fuzz(case, "v0", known, log_in(role), checks=FOR_EACH_ROLE)


@few
@others
@V1_A_LITTLE.parametrize()  # type: ignore[untyped-decorator]
def test_v1_keeps_to_it_for_other_roles(case: Case, role: str, known: Known, log_in: LogIn) -> None:
    _fuzz(case, "v1.0", known, log_in(role), checks=FOR_EACH_ROLE)


def test_leniency_is_claimed_only_for_operations_that_exist() -> None:
    assert {*TAKES_MORE, *ASKS_MORE} <= {str(operation) for operation in OPERATIONS}


@pytest.mark.parametrize(("operation", "words"), [*TAKES_MORE.items(), *ASKS_MORE.items()])
def test_leniency_is_claimed_in_words_of_the_documentation(operation: str, words: tuple[str, ...]) -> None:
    dialect = operation.split("/")[2].partition(".")[0]
    told = " ".join((BASE_DIR / "docs" / f"api-{dialect}.md").read_text().split())
    assert words
    assert all(each in told for each in words)
