"""The fixtures of the other dialect's tests, and words that all tests of this one use."""

from typing import Any

from django.test import Client

from tests.api.conftest import (  # noqa: F401
    _fresh_classes,
    _static_root,
    client,
    client_of,
    make_job,
    make_worker,
)

ROOT = "/api/v1.0"


def jobs(client: Client, query: str = "", **parameters: Any) -> list[dict[str, Any]]:  # noqa: F811
    """What GET /jobs lists."""
    response = client.get(f"{ROOT}/jobs{query}", parameters or None)
    assert response.status_code == 200, response.content
    body = response.json()
    assert list(body) == ["status", "data"]
    found: list[dict[str, Any]] = body["data"]["jobs"]
    return found


def ids(client: Client, query: str = "", **parameters: Any) -> list[int]:  # noqa: F811
    return [job["id"] for job in jobs(client, query, **parameters)]


def send(client: Client, method: str, path: str, body: Any) -> Any:  # noqa: F811
    return getattr(client, method)(f"{ROOT}{path}", body, content_type="application/json")


def refused(response: Any) -> tuple[int, str]:
    """Status and message of an error, in the envelope."""
    body = response.json()
    assert body["status"] == "error", body
    assert set(body) <= {"status", "message", "errorCode"}
    return response.status_code, body["message"]
