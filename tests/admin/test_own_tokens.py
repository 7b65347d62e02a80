"""Each member of the staff makes, sees and revokes their own access tokens, and nobody else's."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import AuditEvent
from jobsite.access.models import AccessToken
from jobsite.access.tokens import find_token, issue_token
from tests.admin.conftest import Browser

pytestmark = pytest.mark.slow

LIST, ADD = reverse("admin:access_accesstoken_changelist"), reverse("admin:access_accesstoken_add")


def make(client: Client, **fields: Any) -> Any:
    return client.post(ADD, {"name": "ci", "days": "90", **fields})


def delete(client: Client, token: AccessToken) -> Any:
    return client.post(reverse("admin:access_accesstoken_delete", args=[token.pk]), {"post": "yes"})


@pytest.mark.parametrize("who", ["staff", "auditor", "operator", "admin", "superuser"])
def test_a_new_token_is_shown_once_and_logs_its_maker_in(browser: Browser, who: str) -> None:
    client = browser(who)
    shown = make(client)
    [text] = re.findall(r"jobsite_[\w-]{43}", shown.content.decode())
    token = find_token(text)
    assert token is not None
    assert (token.user.username, token.name, token.read_only) == (who, "ci", False)
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
    assert "no-store" in shown["Cache-Control"]
    again = client.get(LIST).content.decode()
    assert token.prefix in again
    assert text not in again
    assert text not in str(list(AuditEvent.objects.values()) + list(client.session.items()))


def test_it_can_be_for_reading_only_and_for_ever(browser: Browser) -> None:
    make(browser("auditor"), read_only="on", days="0")
    token = AccessToken.objects.get()
    assert (token.read_only, token.expires_at) == (True, None)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 101}, {"days": "-1"}, {"days": "soon"}, {"days": "1e9"}]
)
def test_what_makes_no_token_is_said_in_the_form(browser: Browser, wrong: dict[str, str]) -> None:
    response = make(browser("auditor"), **wrong)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors.keys() == wrong.keys()
    assert not AccessToken.objects.exists()


def test_a_name_that_is_taken_is_said(browser: Browser) -> None:
    client = browser("auditor")
    make(client)
    told = client.get(make(client).headers["Location"]).content.decode()
    assert "has a token named &#x27;ci&#x27; already: revoke it first" in told
    assert AccessToken.objects.count() == AuditEvent.objects.count() == 1


def test_one_revokes_ones_own_and_the_audit_tells_of_both(browser: Browser) -> None:
    client = browser("operator")
    make(client)
    token = AccessToken.objects.get()
    assert delete(client, token).status_code == 302
    assert not AccessToken.objects.exists()
    events = AuditEvent.objects.order_by("id").values_list("verb", "object_type", "object_id", "user")
    named = ("accesstoken", f"operator/ci ({token.prefix}...)", "operator")
    assert list(events) == [("create", *named), ("delete", *named)]


def test_somebody_elses_is_neither_seen_nor_made_nor_revoked(browser: Browser) -> None:
    browser("superuser")
    root, client = User.objects.get(username="superuser"), browser("admin")
    issue_token(root, name="roots")
    token = AccessToken.objects.get()
    assert "roots" not in client.get(LIST).content.decode()
    assert client.get(reverse("admin:access_accesstoken_change", args=[token.pk])).status_code == 302
    assert delete(client, token).status_code == 302
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(token.pk)], "post": "yes"})
    assert AccessToken.objects.get() == token
    make(client, user=str(root.pk), user_id=str(root.pk), digest="0" * 64, prefix="x")
    assert AccessToken.objects.get(name="ci").user.username == "admin"
    assert AccessToken.objects.get(name="ci").prefix.startswith("jobsite_")


def test_a_superuser_sees_and_revokes_all_but_changes_none(browser: Browser) -> None:
    make(browser("auditor"))
    root, token = browser("superuser"), AccessToken.objects.get()
    page = reverse("admin:access_accesstoken_change", args=[token.pk])
    for url in (LIST, page):
        html = root.get(url).content.decode()
        assert token.prefix in html
        assert token.digest not in html
    assert root.post(page, {"name": "mine"}).status_code == 403
    assert delete(root, token).status_code == 302
    assert not AccessToken.objects.exists()


def test_outsiders_have_no_such_page(browser: Browser) -> None:
    for who in ("outsider", "anonymous"):
        assert "/login/" in make(browser(who)).headers["Location"]
    assert not AccessToken.objects.exists()
