"""A person's own views of the list of jobs."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from jobsite.access.models import SavedView
from tests.admin.conftest import Browser

pytestmark = pytest.mark.slow

LIST = "/admin/jobs/job/"


def save(client: Client, name: str, query: str) -> Any:
    return client.post(f"{LIST}views/", {"name": name, "query": query})


def told(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_view_is_kept_shown_and_dropped(browser: Browser) -> None:
    client = browser("auditor")
    answer = save(client, " Failed syncs ", "action=sync_devices&status__exact=errored")
    assert answer.headers["Location"] == f"{LIST}?status__exact=errored&action=sync_devices"
    view = SavedView.objects.get()
    assert (view.user.username, view.name) == ("auditor", "Failed syncs")
    shown = client.get(LIST).content.decode()
    assert 'href="?status__exact=errored&amp;action=sync_devices">Failed syncs</a>' in shown
    assert 'aria-current="page">Failed syncs' in client.get(f"{LIST}?{view.query}&older_than=x").content.decode()
    client.post(f"{LIST}views/{view.pk}/delete/", {"query": view.query})
    assert not SavedView.objects.exists()


def test_the_same_name_again_is_its_new_meaning(browser: Browser) -> None:
    client = browser("auditor")
    save(client, "mine", "action=sleep")
    save(client, "mine", "action=noop")
    assert [view.query for view in SavedView.objects.all()] == ["action=noop"]


def test_views_are_a_persons_own(browser: Browser) -> None:
    save(browser("admin"), "of the admin", "action=sleep")
    view = SavedView.objects.get()
    client = browser("auditor")
    assert "of the admin" not in client.get(LIST).content.decode()
    client.post(f"{LIST}views/{view.pk}/delete/")
    assert SavedView.objects.exists()
    save(client, "of the admin", "action=noop")
    assert SavedView.objects.count() == 2


def test_only_filters_are_kept_and_names_are_text(browser: Browser) -> None:
    client = browser("auditor")
    save(client, "<i>x</i>", "q=<script>&next=//evil.example&older_than=x&_rows=1&action=a%26b")
    assert SavedView.objects.get().query == "action=a%26b&q=%3Cscript%3E"
    assert "<i>x</i>" not in client.get(LIST).content.decode()


def test_what_can_not_be_kept_says_why(browser: Browser) -> None:
    client = browser("auditor")
    assert "Set a filter first" in told(save(client, "all", ""))
    assert "name" in told(save(client, "", "action=sleep"))
    assert "60 characters" in told(save(client, "x" * 61, "action=sleep"))
    assert "2000 characters" in told(save(client, "x", "q=" + "x" * 2000))
    assert "Null characters" in told(save(client, "a\x00b", "action=sleep"))
    for number in range(31):
        last = save(client, f"view {number}", "action=sleep")
    assert "30 views already" in told(last)
    assert SavedView.objects.count() == 30


def test_who_may_not_see_jobs_keeps_no_views(browser: Browser) -> None:
    assert save(browser("staff"), "x", "action=sleep").status_code == 403
    assert browser("staff").post(f"{LIST}views/1/delete/").status_code == 403
    assert save(browser("anonymous"), "x", "action=sleep").status_code == 302
    assert browser("auditor").get(f"{LIST}views/").status_code == 405
    assert not SavedView.objects.exists()
