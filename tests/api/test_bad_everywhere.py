"""Every operation of both dialects, and whatever a client should not send: a 4xx in the envelope, never a 500."""

import io
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from jsonschema import Draft202012Validator

from jobs.engine.classes import forget_classes
from tests.api.bad import HEADERS, NO_JSON, NUMBERS, TEXTS, TYPES, VALUES, encoded, problem
from tests.api.conftest import MakeJob, MakeWorker
from tests.api.known import Known, known_rows
from tests.api.operations import OPERATIONS, UNSAFE, Operation, described

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
JSON = "application/json"
OF_BODIES = [operation for operation in OPERATIONS if operation.takes_body]
each = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
CHANGING = [operation for operation in OPERATIONS if operation.method in UNSAFE]
each_that_may_have_a_body = pytest.mark.parametrize("operation", CHANGING, ids=str)
each_with_a_body = pytest.mark.parametrize("operation", OF_BODIES, ids=str)


@pytest.fixture
def known(make_job: MakeJob, make_worker: MakeWorker) -> Known:
    return known_rows(make_job, make_worker)


@pytest.fixture
def root(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    return client


def _send(client: Client, operation: Operation, path: str, body: bytes = b"", kind: str = JSON, **more: Any) -> Any:
    """Answered, and taken back: the next request finds the same rows."""
    before = transaction.savepoint()
    answer = client.generic(operation.method, path, body, content_type=kind, **more)
    transaction.savepoint_rollback(before)
    forget_classes()
    return answer


@each
def test_addresses(operation: Operation, root: Client, known: Known) -> None:
    for name in operation.names:
        for text in TEXTS:
            path = operation.among({**known, operation.dialect: {**known[operation.dialect], name: text}})
            answer = _send(root, operation, path, encoded(operation.body))
            assert not problem(operation.dialect, answer), path[:200]
            assert 400 <= answer.status_code < 500, path[:200]


@each
def test_queries(operation: Operation, root: Client, known: Known) -> None:
    path, body = operation.among(known), encoded(operation.body)
    for name in [*operation.query, "%00%FF["]:
        for text in (*TEXTS, *NUMBERS):
            answer = _send(root, operation, f"{path}?{name}={text}", body)
            assert not problem(operation.dialect, answer), f"{name}={text}"[:200]
    answer = _send(root, operation, path + "?" + "&".join(f"k{n}=v" for n in range(2000)), body)
    assert not problem(operation.dialect, answer)


@each
def test_headers(operation: Operation, root: Client, known: Known) -> None:
    for headers in HEADERS:
        answer = _send(root, operation, operation.among(known), encoded(operation.body), headers=headers)
        assert not problem(operation.dialect, answer), headers


@each
def test_who_accepts_nothing_that_is_answered_is_told_so_as_described(
    operation: Operation, root: Client, known: Known
) -> None:
    answer = _send(root, operation, operation.among(known), encoded(operation.body), headers={"Accept": "image/png"})
    assert (answer.status_code == 406) == ("406" in operation.described["responses"])


@each_that_may_have_a_body
def test_bodies_that_are_no_json_object(operation: Operation, root: Client, known: Known) -> None:
    is_required = operation.described.get("requestBody", {}).get("required", False)
    for name, body in NO_JSON.items():
        answer = _send(root, operation, operation.among(known), body)
        assert not problem(operation.dialect, answer), name
        assert answer.status_code == 400 or not is_required, name


@each_that_may_have_a_body
def test_who_reads_a_body_describes_it(operation: Operation, root: Client, known: Known) -> None:
    answer = _send(root, operation, operation.among(known), b"{")
    assert (answer.status_code == 400) == operation.takes_body


@each_that_may_have_a_body
def test_what_is_wrong_with_a_whole_body_is_described(operation: Operation, root: Client, known: Known) -> None:
    said = set(operation.described["responses"])
    assert {code in said for code in ("411", "413")} == {operation.takes_body}
    answer = _send(root, operation, operation.among(known), b"x", "text/plain")
    assert (answer.status_code == 415) == ("415" in said)


@each_that_may_have_a_body
def test_bodies_of_another_kind(operation: Operation, root: Client, known: Known) -> None:
    for kind in TYPES:
        for body in (encoded(operation.body), b"--x\r\n\xff\x00"):
            answer = _send(root, operation, operation.among(known), body, kind)
            assert not problem(operation.dialect, answer), (kind, body)


@each_with_a_body
def test_each_field_with_each_wrong_value(operation: Operation, root: Client, known: Known) -> None:
    components = {"components": described(operation.dialect)["components"]}
    for field, schema in operation.body_schema.items():
        for value in VALUES:
            sent = encoded({**operation.body, field: value})
            answer = _send(root, operation, operation.among(known), sent)
            case = f"{field}={value!r}"[:100]
            assert not problem(operation.dialect, answer), case
            # What is no name is one that does not exist.
            if answer.status_code == 404:
                continue
            if answer.status_code == 400:
                assert field.lower() in answer.content.decode().lower(), case
            else:
                assert Draft202012Validator({**schema, **components}).is_valid(value), f"{case} was taken"


@each_that_may_have_a_body
def test_a_body_in_chunks_is_411(operation: Operation, root: Client, known: Known) -> None:
    # As WSGI servers hand it on: without CONTENT_LENGTH.
    sent = {"wsgi.input": io.BytesIO(encoded(operation.body)), "CONTENT_TYPE": JSON}
    answer = root.generic(
        operation.method,
        operation.among(known),
        headers={"Transfer-Encoding": "chunked"},
        **sent,  # type: ignore[arg-type]
    )
    assert (answer.status_code, problem(operation.dialect, answer)) == (411, "")
    assert "Content-Length" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v0/jobs", "/api/v1.0/jobs"])
def test_a_body_in_chunks_of_a_read_is_ignored_like_any_other(path: str, root: Client) -> None:
    assert root.get(path, headers={"Transfer-Encoding": "chunked"}).status_code == 200


class Counted(io.RawIOBase):
    """So many bytes, and how many of them were asked for."""

    def __init__(self, length: int) -> None:
        self.left, self.given = length, 0

    def read(self, size: int = -1) -> bytes:
        given = b" " * (self.left if size < 0 else min(size, self.left))
        self.left -= len(given)
        self.given += len(given)
        return given


@each_that_may_have_a_body
def test_ten_megabytes_are_not_read(operation: Operation, root: Client, known: Known) -> None:
    length = 10_000_000
    stream = Counted(length)
    sent = {"wsgi.input": stream, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": JSON}
    answer = root.generic(operation.method, operation.among(known), **sent)  # type: ignore[arg-type]
    assert not problem(operation.dialect, answer)
    assert answer.status_code == 413 or not operation.takes_body
    assert stream.given <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 65_536


@each
def test_head_and_options(operation: Operation, root: Client, known: Known) -> None:
    path = operation.among(known)
    options = root.options(path)
    assert (options.status_code, problem(operation.dialect, options)) == (405, "")
    assert operation.method in options["Allow"].split(", ")
    if operation.method == "GET":
        head, get = root.head(path), root.get(path)
        assert (head.status_code, head["Content-Type"]) == (get.status_code, get["Content-Type"])
        assert head.content == b""
