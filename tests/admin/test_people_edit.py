"""Accounts, groups, tokens and periodic tasks: edited by few, and audited."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from jobs.models import AuditEvent
from jobsite.access.models import AccessToken
from jobsite.access.tokens import issue_token
from tests.admin.conftest import NOW, Browser

pytestmark = pytest.mark.slow

EDITED = [User, Group, AccessToken, PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule]


def _address(model: type, view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)  # type: ignore[attr-defined]


def _some_of_each() -> None:
    every = IntervalSchedule.objects.create(every=1, period="hours")
    PeriodicTask.objects.create(name="t", task="x", interval=every)
    CrontabSchedule.objects.create()
    SolarSchedule.objects.create(event="sunset", latitude=1, longitude=1)
    ClockedSchedule.objects.create(clocked_time=NOW)


def test_their_pages_open_for_a_superuser_alone(browser: Browser) -> None:
    root, auditor = browser("superuser"), browser("auditor")
    _some_of_each()
    issue_token(User.objects.get(username="auditor"), name="t")
    for model in EDITED:
        first = model._default_manager.first()
        assert first is not None
        for url in (_address(model, "changelist"), _address(model, "change", first.pk)):
            assert root.get(url).status_code == 200, url
            assert auditor.get(url).status_code == 403, url
    for model in (User, Group, PeriodicTask, IntervalSchedule):
        assert root.get(_address(model, "add")).status_code == 200


def test_a_token_is_listed_without_its_digest_and_can_only_be_revoked(browser: Browser) -> None:
    root = browser("superuser")
    issue_token(User.objects.get(), name="ci")
    token = AccessToken.objects.get()
    for url in (_address(AccessToken, "changelist"), _address(AccessToken, "change", token.pk)):
        html = root.get(url).content.decode()
        assert token.digest not in html
        assert token.prefix in html
    assert root.get(_address(AccessToken, "add")).status_code == 403
    assert root.post(_address(AccessToken, "change", token.pk), {"name": "mine"}).status_code == 403
    assert root.post(_address(AccessToken, "delete", token.pk), {"post": "yes"}).status_code == 302
    assert not AccessToken.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.verb, event.object_type, event.user, event.dialect) == ("delete", "accesstoken", "superuser", "admin")
    assert event.address == "127.0.0.1"


def test_only_superusers_revoke_tokens(browser: Browser) -> None:
    client = browser("staff")
    user = User.objects.get(username="staff")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="access"))
    issue_token(user, name="ci")
    assert client.get(_address(AccessToken, "changelist")).status_code == 200
    token = AccessToken.objects.get()
    assert client.post(_address(AccessToken, "delete", token.pk), {"post": "yes"}).status_code == 403


def test_a_change_of_a_group_is_audited_with_the_fields_that_changed(browser: Browser) -> None:
    root = browser("superuser")
    root.post(_address(Group, "add"), {"name": "night shift"})
    group = Group.objects.get(name="night shift")
    root.post(_address(Group, "change", group.pk), {"name": "day shift"})
    chosen = {"action": "delete_selected", "_selected_action": [str(group.pk)], "post": "yes"}
    root.post(_address(Group, "changelist"), chosen)
    assert not Group.objects.filter(pk=group.pk).exists()
    events = AuditEvent.objects.order_by("id")
    assert [(event.verb, event.object_id) for event in events] == [
        ("create", "night shift"),
        ("change", "day shift"),
        ("delete", "day shift"),
    ]
    assert events[1].after == [{"changed": {"fields": ["Name"]}}]


def test_a_new_password_is_audited_but_not_written_down(browser: Browser) -> None:
    root = browser("superuser")
    browser("auditor")
    user = User.objects.get(username="auditor")
    secret = "correct horse battery staple"
    root.post(
        reverse("admin:auth_user_password_change", args=[user.pk]),
        {"password1": secret, "password2": secret, "usable_password": "true"},
    )
    user.refresh_from_db()
    assert user.check_password(secret)
    event = AuditEvent.objects.get()
    assert (event.verb, event.object_type, event.object_id) == ("change", "user", "auditor")
    assert secret not in str(event.after)


def _account_keeper(browser: Browser) -> Client:
    client = browser("staff")
    permissions = Permission.objects.filter(content_type__app_label="auth", content_type__model="user")
    User.objects.get(username="staff").user_permissions.set(permissions)
    return client


def test_who_keeps_accounts_can_not_take_powers(browser: Browser) -> None:
    client = _account_keeper(browser)
    me = User.objects.get(username="staff")
    form = {"username": "staff", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    form |= {"date_joined_0": "2020-01-01", "date_joined_1": "00:00:00"}
    assert client.post(_address(User, "change", me.pk), form).status_code == 302
    me.refresh_from_db()
    assert not me.is_superuser
    assert me.user_permissions.exists()


def test_who_keeps_accounts_can_not_touch_a_superuser(browser: Browser) -> None:
    client = _account_keeper(browser)
    browser("superuser")
    root = User.objects.get(username="superuser")
    assert client.post(_address(User, "change", root.pk), {"username": "x"}).status_code == 403
    secret = "correct horse battery staple"
    answer = client.post(
        reverse("admin:auth_user_password_change", args=[root.pk]), {"password1": secret, "password2": secret}
    )
    assert answer.status_code == 403
    assert client.post(_address(User, "delete", root.pk), {"post": "yes"}).status_code == 403
    client.post(
        _address(User, "changelist"),
        {"action": "delete_selected", "_selected_action": [str(root.pk)], "post": "yes"},
    )
    assert User.objects.filter(pk=root.pk).exists()


def test_periodic_tasks_have_no_action_that_passes_the_audit_by(browser: Browser) -> None:
    root = browser("superuser")
    _some_of_each()
    html = root.get(_address(PeriodicTask, "changelist")).content.decode()
    assert "delete_selected" in html
    assert "run_tasks" not in html
    assert "disable_tasks" not in html
