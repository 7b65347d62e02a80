"""Who is offered which action of which list: the one table. An action that is not in it fails."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from jobs.models import AuditEvent
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
    "jobs.job": {"cancel_chosen": OPERATOR, "retry_chosen": OPERATOR},
    "jobs.actionconfig": {"delete_selected": ADMIN},
    "locks.joblock": {"clear_stuck": OPERATOR, "cancel_and_free": OPERATOR},
    # Everyone's own.
    "access.accesstoken": {"delete_selected": ROLES},
    "auth.user": {"delete_selected": OWNER},
    "auth.group": {"delete_selected": OWNER},
    **{f"django_celery_beat.{name}": {"delete_selected": OWNER} for name in CELERYS},
}
# These act at once.
AT_ONCE = [("jobs.cron", "delete_selected"), ("jobs.actionconfig", "delete_selected")]
# The others lead to the page that asks for the reason: its address is in the table of addresses.
ASKED = {
    ("jobs.cron", "enable_crons"): "jobs_cron_enable",
    ("jobs.cron", "disable_crons"): "jobs_cron_disable",
    ("jobs.cron", "run_crons"): "jobs_cron_run",
    ("jobs.job", "cancel_chosen"): "jobs_selected_cancel",
    ("jobs.job", "retry_chosen"): "jobs_selected_retry",
    ("locks.joblock", "clear_stuck"): "locks_clear",
    ("locks.joblock", "cancel_and_free"): "locks_free",
}


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
@pytest.mark.parametrize(("kind", "name"), AT_ONCE)
def test_an_action_works_for_whom_it_is_offered_and_for_nobody_else(
    kind: str, name: str, role: str, browser: Browser, rows: dict[str, Model]
) -> None:
    before = AuditEvent.objects.count()
    _choose(browser(role), kind, name, rows)
    assert (AuditEvent.objects.count() > before) is (role in TABLE[kind][name])


@pytest.mark.parametrize("role", [*ROLES, "anonymous", "outsider"])
@pytest.mark.parametrize(("kind", "name"), ASKED)
def test_an_action_asks_whom_it_is_offered_and_nobody_else(
    kind: str, name: str, role: str, browser: Browser, rows: dict[str, Model]
) -> None:
    asked = reverse(f"admin:{ASKED[kind, name]}")
    answer = _choose(browser(role), kind, name, rows)
    assert answer.get("Location", "").startswith(f"{asked}?") is (role in TABLE[kind][name])


def test_all_that_is_offered_acts_at_once_or_asks() -> None:
    celerys = {f"django_celery_beat.{name}" for name in CELERYS}
    engines = {(kind, name) for kind, names in TABLE.items() for name in names if kind not in celerys}
    accounts = {(kind, "delete_selected") for kind in ("access.accesstoken", "auth.user", "auth.group")}
    assert engines - accounts == {*AT_ONCE, *ASKED}


def _choose(client: Client, kind: str, name: str, rows: dict[str, Model]) -> Any:
    address = reverse(f"admin:{kind.replace('.', '_')}_changelist")
    return client.post(address, {"action": name, "_selected_action": [str(rows[kind].pk)], "post": "yes"})


def _user(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])
