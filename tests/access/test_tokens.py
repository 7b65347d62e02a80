"""Access tokens: shown once, stored hashed, found by one look-up."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobsite.access.models import AccessToken
from jobsite.access.tokens import TokenNameTaken, find_token, issue_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ann")


def test_a_token_is_found_again_with_its_user(user: User) -> None:
    found = find_token(issue_token(user, name="ci"))
    assert found is not None
    assert (found.user, found.name, found.read_only) == (user, "ci", False)


def test_the_text_of_a_token_is_stored_nowhere(user: User) -> None:
    text = issue_token(user, name="ci")
    row = AccessToken.objects.values().get()
    assert text not in str(row)
    assert text.startswith(row["prefix"])
    assert len(text) - len(row["prefix"]) >= 32


def test_a_token_lives_90_days_unless_told_otherwise(user: User) -> None:
    issue_token(user, name="short")
    issue_token(user, name="endless", expires_in=None)
    short, endless = AccessToken.objects.get(name="short"), AccessToken.objects.get(name="endless")
    assert short.expires_at is not None
    assert abs(short.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
    assert endless.expires_at is None


def test_an_expired_token_is_not_found(user: User) -> None:
    assert find_token(issue_token(user, name="old", expires_in=timedelta(seconds=-1))) is None


def test_the_token_of_a_deactivated_user_is_not_found(user: User) -> None:
    text = issue_token(user, name="ci")
    User.objects.update(is_active=False)
    assert find_token(text) is None


@pytest.mark.parametrize("text", ["", "jobsite_", "jobsite_\x00", "jobsite_\ud800", "jobsite_é", "x" * 100_000])
def test_text_that_is_no_token_finds_none(user: User, text: str) -> None:
    issue_token(user, name="ci")
    assert find_token(text) is None


def test_finding_is_one_query_and_a_use_is_noted_once_a_minute(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = issue_token(user, name="ci")
    with django_assert_num_queries(2):
        find_token(text)
    with django_assert_num_queries(1):
        find_token(text)
    AccessToken.objects.update(last_used_at=Now() - timedelta(seconds=61))
    with django_assert_num_queries(2):
        find_token(text)


def test_a_user_has_one_token_of_a_name(user: User) -> None:
    issue_token(user, name="ci")
    with pytest.raises(TokenNameTaken, match="ann has a token named 'ci'"):
        issue_token(user, name="ci")
    issue_token(User.objects.create_user("bob"), name="ci")
