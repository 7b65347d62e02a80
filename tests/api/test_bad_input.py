"""Whatever a client sends, the answer is a 4xx in the envelope that says what is wrong: never a 500."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import BooleanField, Func, Value
from django.test import Client

from jobs.models import Job
from jobsite import patience
from jobsite.api.v0.views.jobs import Jobs
from tests.api.conftest import MakeJob

pytestmark = pytest.mark.slow

DEEP = b"[" * 100_000
BODIES: list[tuple[bytes, str, str]] = [
    (b"", "INVALID_JSON", ""),
    (b"{", "INVALID_JSON", ""),
    (b"[]", "INVALID_JSON", ""),
    (b'"text"', "INVALID_JSON", ""),
    (b"null", "INVALID_JSON", ""),
    (b"\xff\xfe", "INVALID_JSON", ""),
    (b'{"action":"\xff"}', "INVALID_JSON", ""),
    (DEEP, "INVALID_JSON", ""),
    (b'{"action":"noop","parameters":{"a":' + b"[" * 200 + b"]" * 200 + b"}}", "INVALID_JSON", ""),
    (b'{"a":' * 100_000, "INVALID_JSON", ""),
    (b'{"action":"noop","parameters":{"n":NaN}}', "INVALID_JSON", ""),
    (b'{"action":"noop","parameters":{"n":-Infinity}}', "INVALID_JSON", ""),
    (b'{"action":"noop","parameters":{"n":1e999}}', "INVALID_JSON", ""),
    (b'{"action":"noop","parameters":{"n":' + b"9" * 5000 + b"}}", "INVALID_FORM_FIELD", "parameters.n"),
    (b'{"action":"noop","next":{"action":"noop","parameters":{"n":[0,-' + b"9" * 5000 + b"]}}}", "INVALID_FORM_FIELD",
     "next.parameters.n.1"),
    (b"9" * 5000, "INVALID_FORM_FIELD", "body"),
    (b'{"action":"noop","action":"false"}', "INVALID_JSON", ""),
    (b"{}", "INVALID_FORM_FIELD", "action"),
    (b'{"action":null}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":1}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":""}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":"no such"}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":"nop"}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":"\\u0000"}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":"\\ud800"}', "INVALID_FORM_FIELD", "action"),
    (b'{"action":"noop","parameters":[]}', "INVALID_FORM_FIELD", "parameters"),
    (b'{"action":"noop","parameters":"{}"}', "INVALID_FORM_FIELD", "parameters"),
    (b'{"action":"noop","parameters":{"k":"\\u0000"}}', "INVALID_FORM_FIELD", "parameters.k"),
    (b'{"action":"noop","parameters":{"\\u0000":1}}', "INVALID_FORM_FIELD", "parameters"),
    (b'{"action":"noop","parameters":{"k":["\\ud800"]}}', "INVALID_FORM_FIELD", "parameters.k.0"),
    (b'{"action":"noop","parameters":{"n":' + b"9" * 4000 + b"}}", "INVALID_FORM_FIELD", "parameters.n"),
    (b'{"action":"sleep","parameters":{"seconds":"soon"}}', "INVALID_FORM_FIELD", "parameters.seconds"),
    (b'{"action":"noop","retries":"1"}', "INVALID_FORM_FIELD", "retries"),
    (b'{"action":"noop","retries":1.0}', "INVALID_FORM_FIELD", "retries"),
    (b'{"action":"noop","retries":true}', "INVALID_FORM_FIELD", "retries"),
    (b'{"action":"noop","retries":101}', "INVALID_FORM_FIELD", "retries"),
    (b'{"action":"noop","retries":-1}', "INVALID_FORM_FIELD", "retries"),
    (b'{"action":"noop","retries":' + b"9" * 400 + b"}", "INVALID_FORM_FIELD", "retries"),
    (b'{"action":"noop","priority":101}', "INVALID_FORM_FIELD", "priority"),
    (b'{"action":"noop","capacityMap":[]}', "INVALID_FORM_FIELD", "capacityMap"),
    (b'{"action":"noop","capacityMap":{"scan":0}}', "INVALID_FORM_FIELD", "capacityMap.scan"),
    (b'{"action":"noop","capacityMap":{"scan":-1}}', "INVALID_FORM_FIELD", "capacityMap.scan"),
    (b'{"action":"noop","capacityMap":{"scan":1.5}}', "INVALID_FORM_FIELD", "capacityMap.scan"),
    (b'{"action":"noop","capacityMap":{"scan":"1"}}', "INVALID_FORM_FIELD", "capacityMap.scan"),
    (b'{"action":"noop","capacityMap":{"scan":true}}', "INVALID_FORM_FIELD", "capacityMap.scan"),
    (b'{"action":"noop","capacityMap":{"scan":9007199254740993}}', "INVALID_FORM_FIELD", "capacityMap.scan"),
    (b'{"action":"noop","capacityMap":{"1scan":1}}', "INVALID_FORM_FIELD", "capacityMap.1scan"),
    (b'{"action":"noop","capacityMap":{"\\u0000":1}}', "INVALID_FORM_FIELD", "capacityMap.\x00"),
    (b'{"action":"noop","deadline":"15"}', "INVALID_FORM_FIELD", "deadline"),
    (b'{"action":"noop","deadline":15}', "INVALID_FORM_FIELD", "deadline"),
    (b'{"action":"noop","deadline":"-1s"}', "INVALID_FORM_FIELD", "deadline"),
    (b'{"action":"noop","deadline":"8761h"}', "INVALID_FORM_FIELD", "deadline"),
    (b'{"action":"noop","stopTimeout":"1 h"}', "INVALID_FORM_FIELD", "stopTimeout"),
    (b'{"action":"noop","scheduledAt":"tomorrow"}', "INVALID_FORM_FIELD", "scheduledAt"),
    (b'{"action":"noop","scheduledAt":"2030-01-01T00:00:00"}', "INVALID_FORM_FIELD", "scheduledAt"),
    (b'{"action":"noop","scheduledAt":"2030-02-30T00:00:00Z"}', "INVALID_FORM_FIELD", "scheduledAt"),
    (b'{"action":"noop","scheduledAt":"0001-01-01T00:00:00+01:00"}', "INVALID_FORM_FIELD", "scheduledAt"),
    (b'{"action":"noop","scheduledAt":"2030-01-01T00:00:00+24:00"}', "INVALID_FORM_FIELD", "scheduledAt"),
    (b'{"action":"noop","scheduledAt":1}', "INVALID_FORM_FIELD", "scheduledAt"),
    (b'{"action":"noop","locks":{}}', "INVALID_FORM_FIELD", "locks"),
    (b'{"action":"noop","locks":["devices"]}', "INVALID_FORM_FIELD", "locks.0"),
    (b'{"action":"noop","locks":[{"name":"a b"}]}', "INVALID_FORM_FIELD", "locks"),
    (b'{"action":"noop","locks":[{"name":"a","mode":"x"}]}', "INVALID_FORM_FIELD", "locks.0.mode"),
    (b'{"action":"noop","locks":[' + b",".join(b'{"name":"n%d"}' % n for n in range(65)) + b"]}", "INVALID_FORM_FIELD",
     "locks"),
    (b'{"action":"noop","next":[]}', "INVALID_FORM_FIELD", "next"),
    (b'{"action":"noop","next":{}}', "INVALID_FORM_FIELD", "next.action"),
    (b'{"action":"noop","next":{"action":"nop"}}', "INVALID_FORM_FIELD", "next.action"),
    (b'{"action":"noop","next":{"action":"noop","next":{"action":"noop","retries":101}}}', "INVALID_FORM_FIELD",
     "next.next.retries"),
    (b'{"action":"noop","next":{"action":"noop","scheduledAt":"x"}}', "INVALID_FORM_FIELD", "next.scheduledAt"),
    (b'{"action":"noop"' + b',"next":{"action":"noop"' * 11 + b"}" * 12, "INVALID_FORM_FIELD", "next"),
    (b'{"action":"noop","comment":"' + b"x" * 256 + b'"}', "INVALID_FORM_FIELD", "comment"),
    (b'{"action":"noop","comment":"\\u0000"}', "INVALID_FORM_FIELD", "comment"),
    (b'{"action":"noop","ticketRef":"' + b"x" * 33 + b'"}', "INVALID_FORM_FIELD", "ticketRef"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "field"), BODIES, ids=[repr(body[:60]) for body, *_ in BODIES])
def test_a_body_that_can_not_be_accepted_is_400_and_stores_nothing(
    client: Client, body: bytes, code: str, field: str
) -> None:
    response = client.generic("POST", "/api/v0/jobs", body, content_type="application/json")
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"]) == (400, code), error
    assert error.get("detail", {}).get("field", "") == field, error
    assert "sys." not in str(error)
    assert not Job.objects.exists()


def test_an_unknown_action_is_answered_with_the_names_near_it(client: Client) -> None:
    response = client.post("/api/v0/jobs", {"action": "slep"}, content_type="application/json")
    assert "sleep" in response.json()["errors"][0]["detail"]["reason"]


QUERIES = [
    "status=lost",
    "running=maybe",
    "retryFrom=1",
    "scheduledAfter=yesterday",
    "scheduledBefore=9999-99-99T00:00:00Z",
    "after=x",
    "start=-1",
    "action=%00",
    "worker=%00",
    "q=%00",
    "status=%00",
    "cron=%00",
    "parameters.k=%00",
    "parameters.%00=k",
    "q=" + "x" * 201,
    "&".join(f"k{n}=v" for n in range(1001)),
]


@pytest.mark.parametrize("query", QUERIES, ids=[query[:40] for query in QUERIES])
def test_a_query_that_can_not_be_read_is_400(client: Client, query: str) -> None:
    response = client.get(f"/api/v0/jobs?{query}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "INVALID_PARAMETERS")


STRANGE = [
    "action=%FF",
    "q=%FF",
    "q=%25_%5C",
    "q=" + "-" * 200,
    "q=abcd-",
    "q=0" + "f" * 40,
    "worker=%F0%9F%92%A9",
    "limit=%00",
    "start=%00",
    "start=9223372036854775807",
    "parameters.=x",
    "parameters.k=%FF",
    "parameters.k=1e999",
    "parameters.k=" + "9" * 5000,
    "format=xml",
    "unknown=1",
    "status=",
    "q=",
    "after=",
    "retryFrom=",
]


@pytest.mark.parametrize("query", STRANGE, ids=[query[:40] for query in STRANGE])
def test_a_strange_query_finds_nothing_or_is_ignored(client: Client, query: str) -> None:
    assert client.get(f"/api/v0/jobs?{query}").status_code == 200


def test_a_get_with_a_body_is_fine(client: Client) -> None:
    assert client.generic("GET", "/api/v0/jobs", b'{"x":', content_type="application/json").status_code == 200


NOWHERE = ["", "/", "/nothing", "/jobs/x/y/z", "/%FF", "/%00", "/jobs//", "/jobs%0A", "/docs.json/x", "/docsxjson"]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_an_unknown_address_is_404_in_the_envelope_and_no_redirect(db: None, method: str, path: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, f"/api/v0{path}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "NOT_FOUND")


FORM = "application/x-www-form-urlencoded"
REFUSED: list[tuple[int, str, str, str, dict[str, Any]]] = [
    (405, "NOT_ALLOWED", "PATCH", "jobs", {}),
    (405, "NOT_ALLOWED", "OPTIONS", "jobs", {}),
    (405, "NOT_ALLOWED", "POST", "workers", {}),
    (406, "NOT_ACCEPTABLE", "GET", "jobs", {"HTTP_ACCEPT": "text/csv"}),
    (415, "UNSUPPORTED_MEDIA_TYPE", "POST", "jobs", {"content_type": "text/plain", "data": b"{}"}),
    (415, "UNSUPPORTED_MEDIA_TYPE", "POST", "jobs", {"content_type": FORM, "data": b"action=noop"}),
    (415, "UNSUPPORTED_MEDIA_TYPE", "POST", "jobs", {"content_type": "multipart/form-data", "data": b"x"}),
]


@pytest.mark.parametrize("case", REFUSED, ids=[f"{case[0]}-{case[2]}" for case in REFUSED])
def test_what_the_framework_refuses_is_in_the_envelope(
    client: Client, case: tuple[int, str, str, str, dict[str, Any]]
) -> None:
    status, code, method, path, extra = case
    response = client.generic(method, f"/api/v0/{path}", **extra)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (status, code)


def test_405_names_the_methods_that_are_allowed(client: Client) -> None:
    assert set(client.put("/api/v0/jobs")["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_body_over_the_limit_is_413(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024
    body = json.dumps({"action": "noop", "comment": "x" * 2000}).encode()
    response = client.generic("POST", "/api/v0/jobs", body, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("debug", [False, True])
def test_a_bad_host_is_400_in_the_envelope(client: Client, settings: Any, *, debug: bool) -> None:
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["jobsite.example"]
    response = client.get("/api/v0/jobs", HTTP_HOST="evil.example")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "INVALID_PARAMETERS")


def test_a_database_that_is_gone_is_503_with_retry_after(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_view: Jobs) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Jobs, "get_queryset", gone)
    response = client.get("/api/v0/jobs")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (503, "UNAVAILABLE")
    assert int(response["Retry-After"]) > 0


def test_a_crash_is_500_in_the_envelope_and_keeps_its_secrets(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_view: Jobs) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Jobs, "get_queryset", crash)
    client.raise_request_exception = False
    response = client.get("/api/v0/jobs")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (500, "INTERNAL_ERROR")
    assert "secret" not in response.content.decode()


def test_a_search_that_takes_too_long_is_400_and_says_how_to_narrow_it(
    client: Client, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job()
    slow = Func(Value(3), template="pg_sleep(%(expressions)s)::text = ''", output_field=BooleanField())
    everything = Jobs.get_queryset
    monkeypatch.setattr(Jobs, "get_queryset", lambda view: everything(view).filter(slow))
    monkeypatch.setattr(patience, "LIST", timedelta(milliseconds=50))
    response = client.get("/api/v0/jobs")
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"]) == (400, "INVALID_PARAMETERS")
    assert "narrow it by action" in error["detail"]["reason"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_list_answers_with_and_without_a_slash(client: Client, method: str, slash: str) -> None:
    for path in ("jobs", "workers", "actions", "docs.json"):
        response = client.generic(method, f"/api/v0/{path}{slash}")
        assert response.status_code == 200
        assert (response.content == b"") is (method == "HEAD")
