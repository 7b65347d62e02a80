"""manage.py token."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from jobs.models import AuditEvent
from jobsite.access.models import AccessToken
from jobsite.access.tokens import find_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ann() -> None:
    User.objects.create_user("ann")


def run(*words: str) -> str:
    out = StringIO()
    call_command("token", *words, stdout=out)
    return out.getvalue().strip()


def test_a_token_is_created_listed_and_revoked() -> None:
    text = run("create", "ann", "ci", "--read-only")
    assert find_token(text) is not None
    assert text not in run("list")
    assert run("list", "ann").startswith(f"ann  ci  {text[:14]}...  read-only  expires 20")
    assert run("revoke", "ann", "ci") == ""
    assert find_token(text) is None
    assert list(AuditEvent.objects.order_by("id").values_list("verb", "object_id")) == [
        ("issue_token", "ann/ci"),
        ("revoke_token", "ann/ci"),
    ]


def test_a_token_for_ever_has_no_end() -> None:
    run("create", "ann", "ci", "--days", "0")
    assert AccessToken.objects.get().expires_at is None
    assert "expires never" in run("list")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("create", "bob", "ci"), "no user 'bob'"),
        (("create", "ann", "old"), "revoke it first"),
        (("create", "ann", "ci", "--days", "-1"), "not from 0"),
        (("create", "ann", "ci", "--days", "99999999999"), "not from 0"),
        (("create", "ann", "x" * 101), "1 to 100 characters"),
        (("revoke", "ann", "ci"), "no token named 'ci'"),
    ],
)
def test_what_can_not_be_done_is_said_and_leaves_no_trace(words: tuple[str, ...], complaint: str) -> None:
    run("create", "ann", "old")
    with pytest.raises(CommandError, match=complaint):
        run(*words)
    assert (AccessToken.objects.count(), AuditEvent.objects.count()) == (1, 1)
