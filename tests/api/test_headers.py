"""What every answer says to browsers; and which logins need a CSRF token."""

import base64
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from jobsite.access.tokens import issue_token
from jobsite.api.v0.views.jobs import Jobs
from tests.api.operations import OPERATIONS, UNSAFE, Operation

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DATA = "default-src 'none'; frame-ancestors 'none'"
UNKNOWN = "00000000-0000-0000-0000-000000000000"
CHANGING = [operation for operation in OPERATIONS if operation.method in UNSAFE]


def _check(answer: Any) -> None:
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    # Read to its end, a file is closed.
    list(answer)


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root")


@pytest.mark.parametrize("login", ["anonymous", "root"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_each_operation_says_that_its_answer_is_no_page(operation: Operation, login: str, root: User) -> None:
    client = Client()
    if login == "root":
        client.force_login(root)
    for method in (operation.method, "OPTIONS", "PATCH"):
        answer = client.generic(method, operation.at(UNKNOWN))
        assert answer["Content-Security-Policy"] == DATA
        _check(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/readyz", 503),
        ("/admin/login/", 200),
        ("/api/docs/v0", 200),
        ("/nowhere", 404),
        ("/api/v0/%FF", 404),
        ("/api/v1.0/nowhere", 404),
        ("/", 302),
        ("/static/jobsite/logo.svg", 200),
    ],
)
def test_so_do_pages_errors_and_files(path: str, status: int) -> None:
    answer = Client().get(path)
    assert answer.status_code == status
    _check(answer)


@pytest.mark.parametrize("path", ["/api/v0/jobs", "/api/v1.0/jobs", "/admin/"])
def test_so_do_answers_to_another_host(path: str) -> None:
    answer = Client().get(path, HTTP_HOST="evil.example")
    assert answer.status_code == 400
    _check(answer)


def test_so_do_preflights_and_failures(settings: Any, monkeypatch: pytest.MonkeyPatch, root: User) -> None:
    settings.CORS_ORIGINS = ["https://console.example"]
    headers = {"Origin": "https://console.example", "Access-Control-Request-Method": "GET"}
    preflight = Client().options("/api/v1.0/jobs", headers=headers)
    assert preflight.status_code == 204
    _check(preflight)

    client = Client(raise_request_exception=False)
    client.force_login(root)
    for error, status in ((OperationalError("gone"), 503), (ZeroDivisionError("oops"), 500)):

        def fail(_view: Jobs, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(Jobs, "get_queryset", fail)
        answer = client.get("/api/v0/jobs")
        assert (answer.status_code, answer["Content-Security-Policy"]) == (status, DATA)
        _check(answer)


@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_a_session_changes_nothing_without_its_csrf_token(operation: Operation, root: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    refused = client.generic(operation.method, operation.at(UNKNOWN), b"{}", content_type="application/json")
    assert refused.status_code == 403
    assert "errors" in refused.json() or refused.json()["status"] == "error"
    token = "a" * 32
    client.cookies["csrftoken"] = token
    answer = client.generic(
        operation.method, operation.at(UNKNOWN), b"{}", content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code != 403


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_a_token_needs_none(operation: Operation, scheme: str, root: User) -> None:
    token = issue_token(root, name="test")
    secret = token if scheme == "Bearer" else base64.b64encode(f"root:{token}".encode()).decode()
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"{scheme} {secret}"})
    answer = client.generic(operation.method, operation.at(UNKNOWN), b"{}", content_type="application/json")
    assert answer.status_code not in {401, 403}
