"""Each role is answered what access_table.py says. An address that is not in it fails."""

import copy
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS

from jobs.actions.registry import registered_actions
from jobs.engine.chain import actions_in
from jobsite.access.roles import make_groups
from jobsite.access.tokens import issue_token
from tests.api.access_rows import one_of_each
from tests.api.access_table import ALL, NEEDING, NEVER, NOWHERE, ROLES, TABLE
from tests.api.conftest import MakeJob, MakeWorker


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        else:
            # Django writes the names of the apps into this one, in any order.
            yield re.sub(r"\(\?P<app_label>[^)]+\)", "<app_label>", route)


def test_every_address_is_in_the_table() -> None:
    assert set(_routes(get_resolver())) == set(TABLE)


@pytest.fixture
def people(db: None) -> dict[str, Client]:
    make_groups()
    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, client in clients.items():
        if role != "anonymous":
            user = User.objects.create(username=role, is_staff=True, is_superuser=role == "superuser")
            user.groups.set(Group.objects.filter(name=role))
            client.force_login(user)
    return clients


@pytest.fixture
def filled(make_job: MakeJob, make_worker: MakeWorker) -> dict[str, str]:
    """What stands in an address for the parts that vary."""
    # With a lease that outlasts the test.
    job = make_job(status="running", worker=make_worker(lease_until=timezone.now() + timedelta(hours=1)))
    assert job.worker is not None
    filled = {
        # The other dialect's ids are numbers.
        "job/(?P<job_id>[^/]+)": f"job/{job.pk}",
        # Only an ended job can be run once more.
        "(?P<job_id>[^/]+)/retry": f"{make_job(status='errored').uuid}/retry",
        "(?P<job_id>[^/]+)": str(job.uuid),
        "(?P<worker_id>[^/]+)": job.worker.hex_id,
        # Whose holder runs in no process of its worker: it is dead.
        "(?P<lock_name>[^/]+)": "devices",
        "actions/(?P<name>[^/]+)": "actions/noop",
        "classes/(?P<name>[^/]+)": "classes/default",
        "(?P<cron_name>[^/]+)": "nightly",
        "<slug:action>": "onlinegc_jobs",
        "locks/lockname/<str:name>": "locks/lockname/devices",
        "jobs/job/views/<int:pk>": "jobs/job/views/0",
        "(?P<action_name>[^/]+)": "noop",
        "<app_label>": "jobs",
        "api(?:/docs)?": "api/docs",
        "(?P<dialect>v0|v1\\.0)": "v0",
        "(?P<url>.*)": "nothing",
        "overview/<slug:name>": "overview/needs",
        "<path:content_type_id>/<path:object_id>": "0/0",
    }
    for model, row in one_of_each(job).items():
        filled[f"{model}/<path:object_id>"] = f"{model}/{row.pk}"
        filled[f"{model}/<id>"] = filled[f"{model}/<int:pk>"] = f"{model}/{row.pk}"
    return filled


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_each_role_may_do_what_the_table_says(people: dict[str, Client], filled: dict[str, str]) -> None:
    wrong = []
    for route, methods in TABLE.items():
        path = _path(route, filled)
        for method, expected in methods.items():
            answered = [_ask(people[role], method, path) for role in ROLES]
            if answered != expected.split():
                wrong.append(f"{method} {path}: {' '.join(answered)} and not {expected}")
    assert not wrong, "\n".join(wrong)


def test_every_action_that_needs_a_permission_is_in_the_table() -> None:
    assert {action.name for action in registered_actions() if action.needs} == {
        name for body, _ in NEEDING for name in actions_in(body) if name != "noop"
    }


@pytest.mark.parametrize(("body", "expected"), NEEDING)
def test_who_may_have_an_action_run_is_said_by_the_table(
    people: dict[str, Client], make_job: MakeJob, body: dict[str, Any], expected: str
) -> None:
    ended = make_job(**body, status="errored")
    for path in ("/api/v0/jobs", f"/api/v0/jobs/{ended.uuid}/retry"):
        assert [_ask(people[role], "POST", path, body) for role in ROLES] == expected.split(), path


@pytest.mark.slow
def test_a_token_that_only_reads_reads_what_its_user_may_and_changes_nothing(
    people: dict[str, Client], filled: dict[str, str]
) -> None:
    token = issue_token(User.objects.get(username="superuser"), name="reader", read_only=True)
    reader = Client(headers={"Authorization": f"Bearer {token}"})
    wrong = []
    for route, methods in TABLE.items():
        path = _path(route, filled)
        for method, expected in methods.items() if route.startswith("api/") else ():
            # What needs no login looks at none.
            is_open = expected in {ALL, NEVER, NOWHERE} or method in SAFE_METHODS
            wanted = expected.split()[-1] if is_open else "403"
            if (answered := _ask(reader, method, path)) != wanted:
                wrong.append(f"{method} {path}: {answered} and not {wanted}")
    assert not wrong, "\n".join(wrong)


def _path(route: str, filled: dict[str, str]) -> str:
    for pattern, value in filled.items():
        route = route.replace(pattern, value)
    return "/" + route.replace("^", "").replace("/?\\Z", "").replace("$", "").replace("\\.", ".")


def _body(path: str) -> dict[str, Any]:
    """What each address of the APIs that changes something can do with."""
    if path.startswith("/api/v0"):
        return {
            "action": "noop",
            "reason": "the table",
            "capacityMap": None,
            "schedule": "@daily",
            "parameters": {},
            "verb": "retry",
            "filter": {"action": "noop"},
        }
    known = {"action": "ABORT", "name": "devices", "hostname": "eosdist", "url": "EOS-4.32.1F.swi"}
    return known if path.startswith("/api/v1.0") else {}


def _ask(client: Client, method: str, path: str, body: Any = None) -> str:
    if body is None:
        body = _body(path) if method in {"POST", "PUT", "DELETE"} else {}
    kind = "application/json" if path.startswith("/api/") else "multipart/form-data; boundary=BoUnDaRyStRiNg"
    before, cookies = transaction.savepoint(), copy.deepcopy(client.cookies)
    if method in {"GET", "HEAD"}:
        response = getattr(client, method.lower())(path)
    else:
        response = getattr(client, method.lower())(path, body, content_type=kind)
    # The next one finds what this one found, and this one is still logged in.
    transaction.savepoint_rollback(before)
    client.cookies = cookies
    return "login" if "/login/" in response.get("Location", "") else str(response.status_code)
