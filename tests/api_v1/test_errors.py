"""Whatever a client sends, the answer is a 4xx in the envelope that says what is wrong: never a 500."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from jobsite.access.models import AccessToken
from jobsite.access.tokens import issue_token
from jobsite.api.v1.views.jobs import Jobs
from tests.api.conftest import ClientOf, MakeJob
from tests.api_v1.conftest import ROOT, refused, send

pytestmark = pytest.mark.slow

FORBIDDEN = "You don't seem to have the rights to execute this call"


def with_login(header: str) -> Any:
    return Client().get(f"{ROOT}/jobs", headers={"Authorization": header})


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_superuser("ann", password="right")


def test_no_credentials_are_401(db: None) -> None:
    response = Client().get(f"{ROOT}/jobs")
    assert refused(response) == (401, "JWT token missing?")
    # No browser opens a password box for it.
    assert response["WWW-Authenticate"].startswith("Bearer")
    for header in ("", "Digest x", "Token x", "Bear x"):
        assert refused(with_login(header)) == (401, "JWT token missing?")


def test_an_unknown_token_is_401(ann: User) -> None:
    for token in ("x", "", "jobsite_x", "\u00e9", "a.b.c", "x" * 5000):
        assert refused(with_login(f"Bearer {token}")) == (401, "Could not decode JWT token")


def test_an_expired_token_is_401_with_the_originals_code(ann: User) -> None:
    text = issue_token(ann, name="old")
    assert with_login(f"Bearer {text}").status_code == 200
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = with_login(f"Bearer {text}")
    assert response.status_code == 401
    assert response.content.decode() == (
        '{"errorCode":"auth_expired","status":"error","message":"The JWT token is expired"}'
    )
    User.objects.update(is_active=False)
    assert refused(with_login(f"Bearer {text}")) == (401, "Could not decode JWT token")


def test_basic_takes_the_password_or_a_token_and_says_when_they_are_wrong(ann: User) -> None:
    token = issue_token(ann, name="ci")
    for secret in ("right", token):
        assert with_login(basic("ann", secret)).status_code == 200
    for header in (basic("ann", "wrong"), basic("bob", "right"), basic("bob", token), "Basic x", "Basic", "Basic \xff"):
        assert refused(with_login(header)) == (401, "Invalid user name or password")


def test_a_token_in_the_address_is_no_login(ann: User) -> None:
    assert refused(Client().get(f"{ROOT}/jobs?jwt={issue_token(ann, name='x')}"))[0] == 401


def test_the_admins_session_is_a_login_and_changes_need_its_csrf_token(ann: User, make_job: MakeJob) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)
    job = make_job()
    assert browser.get(f"{ROOT}/jobs").status_code == 200
    assert refused(send(browser, "put", f"/job/{job.pk}", {"action": "ABORT"})) == (403, FORBIDDEN)


def test_who_may_not_is_told_so(client_of: ClientOf, make_job: MakeJob) -> None:
    job, auditor = make_job(), client_of("auditor")
    assert refused(client_of("nobody").get(f"{ROOT}/jobs")) == (403, FORBIDDEN)
    assert refused(send(auditor, "put", f"/job/{job.pk}", {"action": "ABORT"})) == (403, FORBIDDEN)
    assert refused(send(auditor, "delete", "/joblocks", {"name": "devices"})) == (403, FORBIDDEN)


def test_a_read_only_token_only_reads(ann: User, make_job: MakeJob) -> None:
    reader = Client(headers={"Authorization": f"Bearer {issue_token(ann, name='r', read_only=True)}"})
    assert reader.get(f"{ROOT}/jobs").status_code == 200
    assert refused(send(reader, "put", f"/job/{make_job().pk}", {"action": "ABORT"})) == (403, FORBIDDEN)


NOWHERE = ["", "/", "/nothing", "/jobs/1", "/%FF", "/%00", "/jobs//", "/jobs%0A", "/job", "/job/1/x", "/firmware"]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_address_is_404_in_the_envelope_and_no_redirect(db: None, method: str, path: str) -> None:
    status, message = refused(Client(enforce_csrf_checks=True).generic(method, f"{ROOT}{path}"))
    assert status == 404
    assert message.startswith("There is nothing at this address")


def test_jobs_can_not_be_started_by_the_jobs_api(client: Client) -> None:
    words = "Jobs can not be started here: use /device_syncto, /firmware/upgrade, or POST /api/v0/jobs"
    response = send(client, "post", "/jobs", {"action": "noop"})
    assert refused(response) == (405, words)
    assert response["Allow"] == "GET, HEAD"


REFUSED: list[tuple[int, str, str, dict[str, Any]]] = [
    (405, "PATCH", "jobs", {}),
    (405, "OPTIONS", "jobs", {}),
    (405, "DELETE", "jobs", {}),
    (405, "DELETE", "job/1", {}),
    (405, "POST", "joblocks", {}),
    (405, "POST", "system/version", {}),
    (405, "GET", "device_syncto", {}),
    (405, "GET", "firmware/upgrade", {}),
    (406, "GET", "jobs", {"HTTP_ACCEPT": "text/csv"}),
    (415, "PUT", "job/1", {"content_type": "text/plain", "data": b"{}"}),
    (415, "DELETE", "joblocks", {"content_type": "application/x-www-form-urlencoded", "data": b"name=devices"}),
    (415, "POST", "device_syncto", {"content_type": "multipart/form-data", "data": b"x"}),
    *((400, "PUT", "job/1", {"content_type": "application/json", "data": data})
      for data in (b"{", b"[]", b'"text"', b"\xff", b'{"action":NaN}', b"[" * 100_000, b'{"a":1,"a":2}')),
    *((400, "DELETE", "joblocks", {"content_type": "application/json", "data": data}) for data in (b"[1]", b"null")),
    *((400, "POST", "device_syncto", {"content_type": "application/json", "data": data}) for data in (b"1", b"{")),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=[f"{case[0]}-{case[1]}-{case[2]}" for case in REFUSED])
def test_what_the_framework_refuses_is_in_the_envelope(
    client: Client, case: tuple[int, str, str, dict[str, Any]]
) -> None:
    status, method, path, extra = case
    assert refused(client.generic(method, f"{ROOT}/{path}", **extra))[0] == status


def test_a_number_that_is_too_long_is_named(client: Client) -> None:
    body = b'{"all":true,"comment":"c","depth":' + b"9" * 5000 + b"}"
    answer = client.generic("POST", "/api/v1.0/device_syncto", body, content_type="application/json")
    found = (answer.status_code, answer.json())
    assert found == (400, {"status": "error", "message": "depth: is a number of more than 300 digits"})


@pytest.mark.parametrize("path", ["device_syncto", "firmware/upgrade"])
@pytest.mark.parametrize(("value", "place"), [({"$sealed": "x"}, "x"), ({"a": [{"$sealed": "x"}]}, "x.a.0")])
def test_what_looks_like_a_secret_as_it_is_stored_is_refused(client: Client, path: str, value: Any, place: str) -> None:
    body = {"hostname": "eosdist", "x": value}
    answer = client.post(f"/api/v1.0/{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"] == f"{place}: is an object of nothing but $sealed, as secrets are stored"


def test_a_body_over_the_limit_is_413(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024
    response = send(client, "put", "/job/1", {"action": "ABORT", "abort_reason": "x" * 2000})
    assert refused(response) == (413, "The body is longer than 1024 bytes")


@pytest.mark.parametrize("debug", [False, True])
def test_a_bad_host_is_400_in_the_envelope(client: Client, settings: Any, *, debug: bool) -> None:
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["jobsite.example"]
    assert refused(client.get(f"{ROOT}/jobs", HTTP_HOST="evil.example"))[0] == 400


def test_a_database_that_is_gone_is_503_with_retry_after(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_view: Jobs) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Jobs, "get_queryset", gone)
    response = client.get(f"{ROOT}/jobs")
    assert refused(response)[0] == 503
    assert int(response["Retry-After"]) > 0


def test_too_many_requests_are_429_with_retry_after(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Never:
        def allow_request(self, *_: Any) -> bool:
            return False

        def wait(self) -> float:
            return 3.2

    monkeypatch.setattr(Jobs, "throttle_classes", [Never])
    response = client.get(f"{ROOT}/jobs")
    assert refused(response)[0] == 429
    assert response["Retry-After"] == "5"


def test_a_crash_is_500_in_the_envelope_and_keeps_its_secrets(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_view: Jobs) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Jobs, "get_queryset", crash)
    client.raise_request_exception = False
    status, message = refused(client.get(f"{ROOT}/jobs"))
    assert status == 500
    assert "secret" not in message
