"""A part of a page that is asked for anew: who gets it, and that standing still costs nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from jobsite.console.base.live import live_part, live_view

TEMPLATE = "console/code.html"


def ask(view: Callable[..., HttpResponseBase], *, tag: str = "", user: Any = None, verb: str = "get") -> HttpResponse:
    request = getattr(RequestFactory(), verb)("/part", headers={"If-None-Match": tag} if tag else {})
    request.user = user or User(username="root", is_staff=True, is_superuser=True)
    answer = view(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_what_the_asker_has_is_not_sent_again() -> None:
    shown = ["one"]

    def view(request: HttpRequest) -> HttpResponseBase:
        return live_part(request, TEMPLATE, lambda: {"text": shown[-1]})

    first = ask(view)
    assert first.status_code == 200
    assert "one" in first.content.decode()
    assert first.headers["ETag"].startswith('W/"')
    again = ask(view, tag=first.headers["ETag"])
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    shown.append("two")
    assert "two" in ask(view, tag=first.headers["ETag"]).content.decode()


def test_a_stamp_that_stands_still_spares_the_work() -> None:
    worked = []

    def view(request: HttpRequest) -> HttpResponseBase:
        return live_part(request, TEMPLATE, lambda: worked.append(1) or {"text": "x"}, stamp="17")  # type: ignore[func-returns-value]

    tag = ask(view).headers["ETag"]
    assert ask(view, tag=tag).status_code == 304
    assert ask(view, tag='W/"other"').status_code == 200
    assert len(worked) == 2


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (AnonymousUser(), 401),
        (User(username="gone", is_staff=True, is_superuser=True, is_active=False), 401),
        (User(username="outsider"), 401),
        (User(username="staff", is_staff=True), 403),
        (User(username="root", is_staff=True, is_superuser=True), 200),
    ],
)
def test_only_who_may_see_it_gets_it(user: Any, status: int, db: None) -> None:
    view = live_view("jobs.view_job")(lambda request: live_part(request, TEMPLATE, lambda: {"text": "x"}))
    if isinstance(user, User):
        user.save()
    assert ask(view, user=user).status_code == status


def test_a_part_is_only_read() -> None:
    view = live_view()(lambda request: live_part(request, TEMPLATE, lambda: {"text": "x"}))
    assert ask(view, verb="post").status_code == 405
