"""THROTTLE: so many requests of each user, and before a login of each address."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobsite.access.models import Caller
from jobsite.access.rate import Rate
from jobsite.access.throttle import take
from jobsite.access.tokens import issue_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _surroundings(settings: Any) -> None:
    settings.THROTTLE = Rate.parse("3/min")
    settings.STATIC_ROOT.mkdir(exist_ok=True)


def client(username: str) -> Client:
    user = User.objects.create_user(username, is_superuser=True)
    return Client(headers={"Authorization": f"Bearer {issue_token(user, name='ci')}"})


def statuses(client: Client, times: int, **extra: Any) -> list[int]:
    return [client.get("/api/v0/workers", **extra).status_code for _ in range(times)]


def passes(span: timedelta) -> None:
    Caller.objects.update(free_at=F("free_at") - span, last_on=F("last_on") - span)


def test_it_is_off_unless_it_is_set(settings: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    settings.THROTTLE = None
    with django_assert_num_queries(0):
        take("user ann")


def test_one_too_many_is_429_in_the_envelope_and_says_when_to_come_back() -> None:
    ann = client("ann")
    assert statuses(ann, 3) == [200] * 3
    refused = ann.get("/api/v0/workers")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "TOO_MANY_REQUESTS")
    assert 19 <= int(refused["Retry-After"]) <= 21


def test_a_third_of_a_minute_later_one_more_is_free() -> None:
    ann = client("ann")
    statuses(ann, 4)
    passes(timedelta(seconds=20))
    assert statuses(ann, 2) == [200, 429]


def test_a_refused_request_costs_nothing() -> None:
    ann = client("ann")
    statuses(ann, 30)
    passes(timedelta(minutes=1))
    assert statuses(ann, 4) == [200, 200, 200, 429]


def test_users_do_not_spend_each_others_requests() -> None:
    statuses(client("ann"), 4)
    assert statuses(client("bob"), 3) == [200] * 3


def test_without_a_login_the_address_counts() -> None:
    assert statuses(Client(), 4) == [401, 401, 401, 429]
    assert statuses(Client(), 1, REMOTE_ADDR="203.0.113.9") == [401]


def test_failed_logins_count_for_their_address_whatever_the_name() -> None:
    tries = [Client(headers={"Authorization": f"Bearer jobsite_{number}"}) for number in range(4)]
    assert [statuses(each, 1) for each in tries] == [[401], [401], [401], [429]]


def test_what_one_has_no_permission_for_counts_too() -> None:
    user = User.objects.create_user("carl")
    carl = Client(headers={"Authorization": f"Bearer {issue_token(user, name='ci')}"})
    assert statuses(carl, 4) == [403, 403, 403, 429]


def test_a_request_within_the_limit_costs_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    take("user ann")
    with django_assert_num_queries(1):
        take("user ann")


def test_callers_who_are_gone_leave_no_rows() -> None:
    for number in range(5):
        take(f"address 203.0.113.{number}")
    passes(timedelta(days=2))
    take("user ann")
    assert [caller.name for caller in Caller.objects.all()] == ["user ann"]


def test_its_table_makes_no_request_wait_for_a_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'access_caller'")
        assert cursor.fetchone() == ("u",)
