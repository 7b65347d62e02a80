"""After ten failed logins an account is refused from that address for a quarter of an hour, by every way in."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models import F
from django.test import Client

from jobs.engine.actor import Actor
from jobs.models import AuditEvent
from jobsite.access import failures, passwords
from jobsite.access.failures import LIMIT, WINDOW, Origin, TooManyFailures, note_failure
from jobsite.access.models import LoginFailure
from jobsite.access.rate import Rate
from jobsite.access.tokens import issue_token
from tests.engine.threads import at_once

PASSWORD = "correct horse: bättery"
HERE, THERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _surroundings(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    passwords.forget_passwords()
    yield
    passwords.forget_passwords()


@pytest.fixture
def user(db: None) -> User:
    user = User.objects.create_user("ann", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_job"))
    return user


def by_header(header: str, address: str = HERE) -> Any:
    return Client().get("/api/v0/jobs", headers={"Authorization": header, "User-Agent": "curl"}, REMOTE_ADDR=address)


def basic(username: str, password: str, address: str = HERE) -> Any:
    return by_header("Basic " + base64.b64encode(f"{username}:{password}".encode()).decode(), address)


def bearer(token: str) -> Any:
    return by_header(f"Bearer {token}")


def form(username: str, password: str, address: str = HERE) -> Any:
    return Client().post("/admin/login/", {"username": username, "password": password}, REMOTE_ADDR=address)


def fail(times: int, username: str = "ann", address: str = HERE) -> None:
    assert {basic(username, "wrong", address).status_code for _ in range(times)} == {401}


def passes(span: timedelta) -> None:
    """As if all this had been so long ago."""
    back: dict[str, Any] = {"span": span}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_loginfailure SET last_at = last_at - %(span)s, blocked_until = blocked_until - %(span)s,"
            " failed_at = ARRAY(SELECT at - %(span)s FROM unnest(failed_at) AS at ORDER BY at)",
            back,
        )


def test_after_ten_even_the_right_password_is_429_in_the_envelope(user: User) -> None:
    fail(LIMIT)
    refused = basic("ann", PASSWORD)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "TOO_MANY_REQUESTS")
    assert 0 < int(refused["Retry-After"]) <= WINDOW.total_seconds() + 1
    assert "WWW-Authenticate" not in refused


def test_nine_are_forgiven(user: User) -> None:
    fail(LIMIT - 1)
    assert basic("ann", PASSWORD).status_code == 200


def test_a_password_that_was_remembered_as_right_is_refused_as_well(user: User) -> None:
    assert basic("ann", PASSWORD).status_code == 200
    fail(LIMIT)
    assert basic("ann", PASSWORD).status_code == 429


def test_the_account_is_open_from_elsewhere_and_others_are_open_from_there(user: User) -> None:
    User.objects.create_user("bob", password=PASSWORD)
    fail(LIMIT)
    assert basic("ann", PASSWORD, THERE).status_code == 200
    assert basic("bob", PASSWORD).status_code == 403


def test_all_addresses_of_an_ipv6_network_are_one(user: User) -> None:
    for number in range(LIMIT):
        fail(1, address=f"2001:db8::{number:x}")
    assert basic("ann", PASSWORD, "2001:db8::ffff").status_code == 429
    assert basic("ann", PASSWORD, "2001:db8:0:1::1").status_code == 200


def test_the_admins_form_and_basic_count_together(user: User) -> None:
    fail(LIMIT - 1)
    assert form("ann", "wrong").status_code == 200
    refused = form("ann", PASSWORD)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "have failed within 15 minutes" in refused.content.decode()
    assert basic("ann", PASSWORD).status_code == 429
    assert form("ann", PASSWORD, THERE).status_code == 302


def test_a_wrong_token_ends_in_429_and_a_right_one_never(user: User) -> None:
    token = issue_token(user, name="ci")
    assert {by_header("Bearer jobsite_wrong").status_code for _ in range(LIMIT)} == {401}
    assert by_header("Bearer jobsite_wrong").status_code == 429
    fail(LIMIT)
    assert by_header(f"Bearer {token}").status_code == 200
    assert basic("ann", token).status_code == 200


def test_a_token_that_has_expired_locks_nobody_out(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue_token(user, name="ci", expires_in=timedelta(seconds=-1))
    checked: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr("jobsite.access.authentication.log_in", lambda _request, name, _secret: checked.append(name))
        refusals = [refuse(token) for _ in range(LIMIT + 1) for refuse in (partial(basic, "ann"), bearer)]
    assert {(each.status_code, each.json()["errors"][0]["message"]) for each in refusals} == {
        (401, "The access token is unknown, or has expired.")
    }
    assert checked == []
    assert basic("ann", PASSWORD).status_code == 200
    assert by_header("Bearer jobsite_wrong").status_code == 401
    assert not LoginFailure.objects.filter(account="ann").exists()


def test_what_has_expired_for_one_is_a_guess_for_another(user: User) -> None:
    User.objects.create_user("bob", password=PASSWORD)
    token = issue_token(user, name="ci", expires_in=timedelta(seconds=-1))
    assert {basic("bob", token).status_code for _ in range(LIMIT)} == {401}
    assert basic("bob", token).status_code == 429


def test_a_token_that_has_expired_is_a_request_of_its_address(user: User, settings: Any) -> None:
    settings.THROTTLE = Rate(number=3, span=timedelta(hours=1))
    token = issue_token(user, name="ci", expires_in=timedelta(seconds=-1))
    assert [bearer(token).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_names_that_nobody_has_count_too(user: User) -> None:
    fail(LIMIT, username="nobody")
    assert basic("nobody", "x").status_code == 429


def test_a_quarter_of_an_hour_later_it_is_open(user: User) -> None:
    fail(LIMIT)
    passes(WINDOW)
    assert basic("ann", PASSWORD).status_code == 200


def test_ten_within_any_quarter_of_an_hour_are_too_many(user: User) -> None:
    """Not only within one that begins with the first."""
    fail(1)
    passes(timedelta(minutes=14))
    fail(LIMIT - 2)
    passes(timedelta(minutes=2))
    fail(1)
    assert basic("ann", PASSWORD).status_code == 200
    fail(1)
    assert basic("ann", PASSWORD).status_code == 429


def test_the_refusal_leaves_one_audit_row(user: User) -> None:
    fail(LIMIT)
    assert [basic("ann", "wrong").status_code for _ in range(3)] == [429] * 3
    event = AuditEvent.objects.get()
    assert (event.verb, event.object_type, event.object_id) == ("refuse_logins", "login", "ann")
    assert (event.dialect, event.address, event.client) == ("v0", HERE, "curl")


def test_old_rows_go_when_new_ones_come(user: User) -> None:
    for number in range(5):
        fail(1, username=f"u{number}")
    passes(WINDOW)
    fail(1)
    assert [row.account for row in LoginFailure.objects.all()] == ["ann"]


def test_a_name_longer_than_any_is_counted(user: User) -> None:
    fail(LIMIT, username="x" * 5000)
    assert basic("x" * 5000, "y").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_ten_are_let_through() -> None:
    outcomes: list[str] = []

    def guess() -> None:
        try:
            note_failure(Origin(account="ann", network=HERE), by=Actor(dialect="v0"))
            outcomes.append("noted")
        except TooManyFailures:
            outcomes.append("refused")

    at_once(*[guess] * 16)
    assert (outcomes.count("noted"), outcomes.count("refused")) == (LIMIT, 6)
    assert AuditEvent.objects.count() == 1


def test_a_guess_that_was_right_learns_nothing_when_others_failed_meanwhile(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = passwords.verified_user

    def slow(username: str, password: str) -> User | None:
        for _ in range(LIMIT):
            note_failure(Origin.of(username, HERE), by=Actor(dialect="v0"))
        return verify(username, password)

    monkeypatch.setattr("jobsite.access.login.verified_user", slow)
    assert basic("ann", PASSWORD).status_code == 429


def test_both_look_ups_are_by_index(user: User) -> None:
    blocked = LoginFailure.objects.filter(account="a", network="b", blocked_until__gt=F("last_at"))
    old: dict[str, Any] = {"window": WINDOW}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "loginfailure_once_per_origin" in blocked.explain()
        cursor.execute(f"EXPLAIN {failures._PRUNE}", old)
        assert "loginfailure_prune" in str(cursor.fetchall())
