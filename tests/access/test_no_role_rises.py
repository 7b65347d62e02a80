"""Nobody gives themselves more rights than they have: every way that leads there is closed to every role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobsite.access.models import AccessToken
from jobsite.access.roles import ROLES, make_groups
from jobsite.access.tokens import issue_token

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PASSWORD = "correct horse battery staple"
POWERS = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
JOINED = {"date_joined_0": "2020-01-01", "date_joined_1": "00:00:00"}

Way = Callable[[Client, User, User], Any]


def _all_permissions() -> list[str]:
    return [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]


def _task(name: str) -> dict[str, Any]:
    return {"name": name, "task": "jobs.tick", "enabled": "on", "interval": "1", "args": "[]", "kwargs": "{}"}


# Each takes the climber's browser, the climber and a superuser.
WAYS: dict[str, Way] = {
    "make oneself a superuser": lambda client, me, _: client.post(
        f"/admin/auth/user/{me.pk}/change/", {"username": me.username, **POWERS, **JOINED}
    ),
    "join every group": lambda client, me, _: client.post(
        f"/admin/auth/user/{me.pk}/change/",
        {"username": me.username, **JOINED, "groups": [str(group.pk) for group in Group.objects.all()]},
    ),
    "take every permission": lambda client, me, _: client.post(
        f"/admin/auth/user/{me.pk}/change/",
        {"username": me.username, **JOINED, "user_permissions": _all_permissions()},
    ),
    "make a second account": lambda client, *_: client.post(
        "/admin/auth/user/add/",
        {"username": "second", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", **POWERS},
    ),
    "set the superuser's password": lambda client, _, root: client.post(
        f"/admin/auth/user/{root.pk}/password/",
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    ),
    "set one's own by the same page": lambda client, me, _: client.post(
        f"/admin/auth/user/{me.pk}/password/",
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    ),
    "delete the superuser": lambda client, _, root: client.post(f"/admin/auth/user/{root.pk}/delete/", {"post": "yes"}),
    "give the own group every permission": lambda client, me, _: [
        client.post(f"/admin/auth/group/{group.pk}/change/", {"name": group.name, "permissions": _all_permissions()})
        for group in me.groups.all()
    ],
    "make a group": lambda client, *_: client.post(
        "/admin/auth/group/add/", {"name": "kings", "permissions": _all_permissions()}
    ),
    "make a token for the superuser": lambda client, _, root: client.post(
        "/admin/access/accesstoken/add/", {"name": "t", "days": "1", "user": str(root.pk), "user_id": str(root.pk)}
    ),
    "take over the superuser's token": lambda client, me, root: client.post(
        f"/admin/access/accesstoken/{root.access_tokens.get().pk}/change/",
        {"name": "t", "days": "1", "user": str(me.pk), "digest": "0" * 64},
    ),
    "revoke the superuser's token": lambda client, _, root: client.post(
        f"/admin/access/accesstoken/{root.access_tokens.get().pk}/delete/", {"post": "yes"}
    ),
    "add a Celery task": lambda client, *_: client.post("/admin/django_celery_beat/periodictask/add/", _task("mine")),
    "change a Celery task": lambda client, *_: client.post(
        f"/admin/django_celery_beat/periodictask/{PeriodicTask.objects.get().pk}/change/", _task("t")
    ),
    "run Celery tasks from their list": lambda client, *_: client.post(
        "/admin/django_celery_beat/periodictask/",
        {"action": "run_tasks", "_selected_action": [str(PeriodicTask.objects.get().pk)]},
    ),
}


def _rights() -> Any:
    """All that says who may do what; passwords and tokens included."""
    return (
        list(User.objects.order_by("pk").values("pk", "password", "is_superuser", "is_staff", "is_active")),
        [sorted(user.get_all_permissions()) for user in User.objects.order_by("pk")],
        list(Group.objects.order_by("pk").values_list("name", "permissions")),
        list(AccessToken.objects.filter(user__is_superuser=True).values()),
        list(PeriodicTask.objects.values()),
    )


@pytest.fixture(autouse=True)
def _surroundings(settings: Any) -> None:
    # As many passwords as here are would take minutes with PBKDF2.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
@pytest.mark.parametrize("way", WAYS)
def test_no_role_raises_itself(role: str, way: str) -> None:
    make_groups()
    root = User.objects.create_superuser("root", password="another long word")
    issue_token(root, name="roots")
    every = IntervalSchedule.objects.create(every=1, period="days")
    PeriodicTask.objects.create(name="t", task="x", interval=every)
    me = User.objects.create_user("me", password="my own long word", is_staff=True)
    me.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(me)
    before = _rights()
    WAYS[way](client, me, root)
    assert _rights() == before


@pytest.mark.parametrize("way", ["make oneself a superuser", "make a second account", "add a Celery task"])
def test_the_same_ways_are_open_to_a_superuser(way: str) -> None:
    """Else the test above would hold for requests that nobody could make."""
    IntervalSchedule.objects.create(pk=1, every=1, period="days")
    root = User.objects.create_superuser("root", password="another long word")
    client = Client()
    client.force_login(root)
    assert WAYS[way](client, root, root).status_code == 302
