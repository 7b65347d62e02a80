"""Who is offered which action of which list: the one table. An action that is not in it fails."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from jobs.models import AuditEvent, Cron
from tests.admin.conftest import Browser

pytestmark = pytest.mark.slow
CELERYS = ("periodictask", "crontabschedule", "clockedschedule", "intervalschedule", "solarschedule")
ROLES = ("staff", "auditor", "operator", "admin", "superuser")

# What changes crons is the admin's, what runs them the operator's too; accounts and Celery's rows are the superuser's.
ADMIN = ("admin", "superuser")
OPERATOR = ("operator", *ADMIN)
OWNER = ("superuser",)
TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "jobs.cron": {"enable_crons": ADMIN, "disable_crons": ADMIN, "run_crons": OPERATOR, "delete_selected": ADMIN},
    "locks.joblock": {"clear_stuck": OPERATOR, "cancel_and_free": OPERATOR},
    # Everyone's own.
    "access.accesstoken": {"delete_selected": ROLES},
    "auth.user": {"delete_selected": OWNER},
    "auth.group": {"delete_selected": OWNER},
    **{f"django_celery_beat.{name}": {"delete_selected": OWNER} for name in CELERYS},
}
# Those of locks lead to a page that asks for the reason: its address is in the table of addresses.
OF_THE_ENGINE = [(kind, name) for kind in ("jobs.cron",) for name in TABLE[kind]]


def test_each_role_is_offered_what_the_table_says(browser: Browser) -> None:
    users = {role: _user(browser(role)) for role in ROLES}
    offered: dict[str, dict[str, tuple[str, ...]]] = {}
    for model, page in admin.site._registry.items():
        for role, user in users.items():
            request: Any = RequestFactory().get("/")
            request.user = user
            for name in page.get_actions(request):
                roles = offered.setdefault(model._meta.label_lower, {})
                roles[name] = (*roles.get(name, ()), role)
    assert offered == TABLE


@pytest.mark.parametrize("role", [*ROLES, "anonymous", "outsider"])
@pytest.mark.parametrize(("kind", "name"), OF_THE_ENGINE)
def test_an_action_works_for_whom_it_is_offered_and_for_nobody_else(
    kind: str, name: str, role: str, browser: Browser, rows: dict[str, Model]
) -> None:
    client = browser(role)
    if name == "enable_crons":
        Cron.objects.update(enabled=False, next_run_at=None)
    before = AuditEvent.objects.count()
    address = reverse(f"admin:{kind.replace('.', '_')}_changelist")
    client.post(address, {"action": name, "_selected_action": [str(rows[kind].pk)], "post": "yes"})
    assert (AuditEvent.objects.count() > before) is (role in TABLE[kind][name])


def _user(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])
