"""Accounts, groups and periodic tasks: edited by few, and audited."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from jobs.models import AuditEvent
from tests.admin.conftest import NOW, Browser

pytestmark = pytest.mark.slow

EDITED = [User, Group, PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule]


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
    for model in EDITED:
        first = model._default_manager.first()
        assert first is not None
        for url in (_address(model, "changelist"), _address(model, "change", first.pk)):
            assert root.get(url).status_code == 200, url
            assert auditor.get(url).status_code == 403, url
    for model in (User, Group, PeriodicTask, IntervalSchedule):
        assert root.get(_address(model, "add")).status_code == 200


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


def test_no_permission_opens_these_pages(browser: Browser) -> None:
    """Who may edit accounts, groups or Celery's tasks could give themselves every right."""
    client = browser("admin")
    User.objects.get(username="admin").user_permissions.set(Permission.objects.all())
    _some_of_each()
    for model in EDITED:
        first = model._default_manager.first()
        assert first is not None
        for url in (_address(model, "changelist"), _address(model, "add"), _address(model, "change", first.pk)):
            assert client.get(url).status_code == 403, url
            assert client.post(url, {}).status_code == 403, url


def test_periodic_tasks_have_no_action_that_passes_the_audit_by(browser: Browser) -> None:
    root = browser("superuser")
    _some_of_each()
    html = root.get(_address(PeriodicTask, "changelist")).content.decode()
    assert "delete_selected" in html
    assert "run_tasks" not in html
    assert "disable_tasks" not in html
