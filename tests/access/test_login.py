"""The ways to log in to the API, and what ends them."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobsite.access import passwords
from jobsite.access.models import AccessToken
from jobsite.access.tokens import issue_token

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PASSWORD = "correct horse: bättery"


@pytest.fixture(autouse=True)
def _surroundings(settings: Any) -> Iterator[None]:
    # As many logins as here are would take a minute with PBKDF2.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    passwords.forget_passwords()
    yield
    passwords.forget_passwords()


@pytest.fixture
def user() -> User:
    user = User.objects.create_user("ann", password=PASSWORD)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_job", "submit_job"]))
    return user


def basic(username: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{secret}".encode()).decode()}


def status(headers: dict[str, str], **extra: Any) -> int:
    return Client().get("/api/v0/jobs", headers=headers, **extra).status_code


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each expensive check of a password."""
    done: list[str] = []
    verify = MD5PasswordHasher.verify

    def counted(self: MD5PasswordHasher, password: str, encoded: str) -> bool:
        done.append(password)
        return verify(self, password, encoded)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)
    return done


def test_a_password_or_a_token_logs_in(user: User) -> None:
    token = issue_token(user, name="ci")
    assert status(basic("ann", PASSWORD)) == 200
    assert status(basic("ann", token)) == 200
    assert status({"Authorization": f"Bearer {token}"}) == 200
    assert status({"Authorization": f"bearer  {token}"}) == 200


def test_a_token_works_only_for_its_own_user(user: User) -> None:
    User.objects.create_user("bob", password="x")
    assert status(basic("bob", issue_token(user, name="ci"))) == 401


NONSENSE = [
    "Basic",
    "Basic ",
    "Basic !!!",
    "Basic YW5u",
    "Basic " + base64.b64encode(b"ann:\x00").decode(),
    "Basic " + base64.b64encode(b"\x00:x").decode(),
    "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
    "Basic " + base64.b64encode(b":").decode(),
    "Basic " + base64.b64encode(b"a" * 10_000 + b":" + b"b" * 10_000).decode(),
    "Basic YW5uOng= YW5uOng=",
    "Basic \xe9",
    "Bearer",
    "Bearer \x00",
    "Bearer \xff",
    "Bearer jobsite_\xff",
    "Bearer jobsite_" + "x" * 100_000,
    "Digest username=ann",
    "",
]


@pytest.mark.parametrize("header", NONSENSE, ids=[header[:40] for header in NONSENSE])
def test_nonsense_is_401_in_the_envelope(user: User, header: str) -> None:
    response = Client().get("/api/v0/jobs", headers={"Authorization": header})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "NOT_AUTHENTICATED")
    assert response["WWW-Authenticate"].startswith("Basic ")


def test_the_password_box_of_a_browser_with_a_session_is_never_opened(user: User) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "expired"
    for headers in ({}, basic("ann", "wrong")):
        response = browser.get("/api/v0/jobs", headers=headers)
        assert response.status_code == 401
        assert "WWW-Authenticate" not in response


def test_a_right_password_is_checked_once_a_minute(
    user: User, checks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        assert status(basic("ann", PASSWORD)) == 200
    assert len(checks) == 1
    later = monotonic() + passwords.REMEMBERED_SECONDS
    monkeypatch.setattr(passwords, "monotonic", lambda: later)
    assert status(basic("ann", PASSWORD)) == 200
    assert len(checks) == 2


def test_a_wrong_password_is_never_remembered(user: User, checks: list[str]) -> None:
    assert status(basic("ann", PASSWORD)) == 200
    assert [status(basic("ann", "wrong")) for _ in range(2)] == [401, 401]
    assert len(checks) == 3


def test_a_changed_password_ends_the_old_one_at_once(user: User) -> None:
    assert status(basic("ann", PASSWORD)) == 200
    user.set_password("another one")
    user.save()
    assert (status(basic("ann", PASSWORD)), status(basic("ann", "another one"))) == (401, 200)


def test_a_deactivated_user_is_out_at_once(user: User) -> None:
    token = issue_token(user, name="ci")
    assert status(basic("ann", PASSWORD)) == status(basic("ann", token)) == 200
    User.objects.update(is_active=False)
    assert [
        status(basic("ann", PASSWORD)),
        status(basic("ann", token)),
        status({"Authorization": f"Bearer {token}"}),
    ] == [401] * 3


def test_a_deleted_token_is_out_at_once(user: User) -> None:
    headers = basic("ann", issue_token(user, name="ci"))
    assert status(headers) == 200
    AccessToken.objects.all().delete()
    assert status(headers) == 401


def test_a_user_of_the_same_name_made_anew_has_a_password_of_their_own(user: User) -> None:
    assert status(basic("ann", PASSWORD)) == 200
    user.delete()
    User.objects.create_user("ann", password="another one", is_superuser=True)
    assert status(basic("ann", PASSWORD)) == 401


def test_a_remembered_password_is_two_queries_and_a_token_is_one(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for headers, queries in ((basic("ann", PASSWORD), 2), (basic("ann", issue_token(user, name="ci")), 1)):
        status(headers)
        # The login; permissions; the list, 4 in a test.
        with django_assert_num_queries(queries + 1 + 4):
            status(headers)


def test_memory_does_not_grow_with_logins(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_MOST", 2)
    for number in range(5):
        User.objects.create_user(f"u{number}", password="pw")
        status(basic(f"u{number}", "pw"))
    assert len(passwords._right_until) <= 2


def test_a_read_only_token_only_reads(user: User) -> None:
    headers = {"Authorization": f"Bearer {issue_token(user, name='ci', read_only=True)}"}
    assert status(headers) == 200
    response = Client().post("/api/v0/jobs", {"action": "noop"}, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "NOT_AUTHORIZED")


def test_an_expired_token_says_so(user: User) -> None:
    token = issue_token(user, name="ci", expires_in=timedelta(seconds=-1))
    response = Client().get("/api/v0/jobs", headers={"Authorization": f"Bearer {token}"})
    assert "expired" in response.json()["errors"][0]["message"]


def test_the_session_reads_without_and_writes_only_with_its_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get("/api/v0/jobs").status_code == 200
    response = browser.post("/api/v0/jobs", {"action": "noop"}, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "NOT_AUTHORIZED")
    assert "CSRF" in response.json()["errors"][0]["message"]
    browser.cookies["csrftoken"] = "x" * 32
    headers = {"X-CSRFToken": "x" * 32}
    response = browser.post("/api/v0/jobs", {"action": "noop"}, content_type="application/json", headers=headers)
    assert response.status_code == 202


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_a_form_with_a_session_is_refused_in_the_envelope(user: User, settings: Any, kind: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    response = browser.generic("POST", "/api/v0/jobs", "x" * 2000, content_type=kind)
    assert response.status_code in {400, 403, 413, 415}
    assert response.json()["errors"][0]["code"]
