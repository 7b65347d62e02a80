"""Who may do what: every address of the site, every method, every role. An address that is not in the table fails."""

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

from jobsite.access.roles import make_groups
from jobsite.access.tokens import issue_token
from tests.api.access_rows import one_of_each
from tests.api.conftest import MakeJob, MakeWorker

ROLES = ("anonymous", "nobody", "auditor", "operator", "admin", "superuser")
Answers = dict[str, str]

# One word for each of the roles, in their order; `login` is the way to the login page.
# `nobody` is staff without a group.
#            anonymous nobody auditor operator admin superuser
ALL =       "200       200    200     200      200   200"  # fmt: skip
NEVER =     "405       405    405     405      405   405"  # fmt: skip
NOWHERE =   "404       404    404     404      404   404"  # fmt: skip
READ =      "401       403    200     200      200   200"  # fmt: skip
CHANGE =    "401       403    403     200      200   200"  # fmt: skip
SUBMIT =    "401       403    403     202      202   202"  # fmt: skip
CANCEL =    "401       403    403     204      204   204"  # fmt: skip
DELETE =    "401       403    403     403      204   204"  # fmt: skip
ADMIN =     "401       403    403     403      202   202"  # fmt: skip
PAUSE =     "401       403    403     403      204   204"  # fmt: skip
NO_VERB =   "401       405    405     405      405   405"  # fmt: skip
STAFF =     "login     200    200     200      200   200"  # fmt: skip
PAGE =      "login     403    200     200      200   200"  # fmt: skip
INDEX =     "login     404    200     200      200   200"  # fmt: skip
EDITOR =    "login     403    403     403      200   200"  # fmt: skip
OWNER =     "login     403    403     403      403   200"  # fmt: skip
FOREIGN =   "login     302    302     302      302   200"  # fmt: skip
LIVE =      "401       403    200     200      200   200"  # fmt: skip
NO_LIVE =   "405       405    405     405      405   405"  # fmt: skip
OPERATOR =  "login     403    403     200      200   200"  # fmt: skip
PAUSING =   "login     403    403     403      404   404"  # fmt: skip
RUNNING =   "login     403    403     404      404   404"  # fmt: skip
GONE =      "login     403    404     404      404   404"  # fmt: skip
FREEING =   "login     403    403     302      302   302"  # fmt: skip
SEEN =      "login     403    302     302      302   302"  # fmt: skip
SAVED =     "login     403    403     403      302   302"  # fmt: skip
NOBODY =    "login     403    403     403      403   403"  # fmt: skip
ELSEWHERE = "login     302    302     302      302   302"  # fmt: skip
NO_POST =   "login     405    405     405      405   405"  # fmt: skip
UNKNOWN =   "login     404    404     404      404   404"  # fmt: skip

API_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _reading(answers: str, **others: str) -> Answers:
    """What only reads, and what nobody may."""
    return {**dict.fromkeys(API_METHODS, NO_VERB), "GET": answers, "HEAD": answers, **others}


def _pages(see: str, *, add: str = NOBODY, change: str = NOBODY, delete: str = NOBODY) -> dict[str, Answers]:
    """The admin's pages of one model."""
    return {
        "": {"GET": see, "POST": see},
        "add/": {"GET": add, "POST": add},
        "<path:object_id>/history/": {"GET": see},
        "<path:object_id>/delete/": {"GET": delete, "POST": delete},
        "<path:object_id>/change/": {"GET": see, "POST": change},
        "<path:object_id>/": {"GET": ELSEWHERE},
    }


OWNED = _pages(OWNER, add=OWNER, change=OWNER, delete=OWNER)
MODELS: dict[str, dict[str, Answers]] = {
    # Without a filter, and of no job: back to the list.
    "jobs/job": {
        **_pages(PAGE),
        **{f"<int:pk>/{part}/": {"GET": LIVE, "POST": NO_LIVE} for part in ("now", "data", "log", "log/text")},
        # Posted without what they ask for, a reason or an action; a running one is not retried, which the page says.
        "<int:pk>/cancel/": {"GET": OPERATOR, "POST": OPERATOR},
        "<int:pk>/again/": {"GET": OPERATOR, "POST": OPERATOR},
        "<int:pk>/retry/": {"GET": OPERATOR, "POST": FREEING},
        "<int:pk>/remove/": {"GET": EDITOR, "POST": EDITOR},
        "csv/": {"GET": PAGE, "POST": NO_POST},
        "views/": {"GET": NO_POST, "POST": SEEN},
        "views/<int:pk>/delete/": {"GET": NO_POST, "POST": SEEN},
        **{
            f"{which}/{verb}/": {"GET": FREEING, "POST": FREEING}
            for which in ("selected", "all")
            for verb in ("cancel", "retry")
        },
    },
    "jobs/joblog": _pages(PAGE),
    "jobs/cron": {
        **_pages(PAGE, add=EDITOR, change=EDITOR, delete=EDITOR),
        "preview/": {"GET": PAGE, "POST": "login 405 405 405 405 405"},
        "<int:pk>/runs/": {"GET": LIVE, "POST": NO_LIVE},
        # Of no cron.
        "run/": {"GET": RUNNING, "POST": RUNNING},
        "enable/": {"GET": PAUSING, "POST": PAUSING},
        "disable/": {"GET": PAUSING, "POST": PAUSING},
        # Of nothing that is kept; and there is no cron that prunes.
        "retention/": {"GET": PAGE, "POST": GONE},
        "retention/<slug:action>/start/": {"GET": PAUSING, "POST": PAUSING},
    },
    "jobs/actionconfig": {
        **_pages(PAGE, add=EDITOR, delete=EDITOR),
        "<path:object_id>/change/": {"GET": PAGE, "POST": SAVED},
    },
    "jobs/auditevent": {**_pages(PAGE), "csv/": {"GET": PAGE, "POST": NO_POST}},
    "workers/worker": {
        **_pages(PAGE),
        "<int:pk>/now/": {"GET": LIVE, "POST": NO_LIVE},
        "<int:pk>/drain/": {"GET": OPERATOR, "POST": OPERATOR},
        "<int:pk>/undrain/": {"GET": OPERATOR, "POST": OPERATOR},
        "<int:pk>/capacity/": {"GET": EDITOR, "POST": EDITOR},
    },
    # Of nothing that could be paused.
    "jobs/pause": {**_pages(PAGE), **{page: {"GET": PAUSING, "POST": PAUSING} for page in ("pause/", "resume/")}},
    "workers/capacityclass": _pages(PAGE),
    "workers/beat": _pages(PAGE),
    # Of no lock: to the board.
    "locks/joblock": {**_pages(PAGE), **{page: {"GET": FREEING, "POST": FREEING} for page in ("clear/", "free/")}},
    "locks/lockname": {**_pages(PAGE), "<str:name>/now/": {"GET": LIVE, "POST": NO_LIVE}},
    # Everyone's own; somebody else's is not found by them.
    "access/accesstoken": {
        **_pages(STAFF, add=STAFF, delete=FOREIGN),
        "<path:object_id>/history/": {"GET": FOREIGN},
        "<path:object_id>/change/": {"GET": FOREIGN, "POST": NOBODY},
    },
    "auth/user": {**OWNED, "<id>/password/": {"GET": OWNER, "POST": OWNER}},
    "auth/group": OWNED,
    **{
        f"django_celery_beat/{name}": OWNED
        for name in ("periodictask", "crontabschedule", "clockedschedule", "intervalschedule", "solarschedule")
    },
}
TABLE: dict[str, Answers] = {
    "": {"GET": "302 302 302 302 302 302"},
    "healthz": {"GET": ALL, "HEAD": ALL, "POST": NEVER},
    "readyz": {"GET": ALL, "HEAD": ALL, "POST": NEVER},
    "admin/": {"GET": STAFF},
    "admin/overview/<slug:name>": {"GET": READ, "HEAD": READ, "POST": NEVER},
    "admin/search/": {"GET": STAFF},
    "admin/login/": {"GET": "200 302 302 302 302 302", "POST": ALL},
    "admin/logout/": {"GET": "302 405 405 405 405 405", "POST": "302 200 200 200 200 200"},
    "admin/password_change/": {"GET": STAFF, "POST": STAFF},
    "admin/password_change/done/": {"GET": STAFF},
    "admin/autocomplete/": {"GET": NOBODY, "POST": NO_POST},
    "admin/jsi18n/": {"GET": STAFF, "POST": NO_POST},
    # Of a content type that does not exist.
    "admin/r/<path:content_type_id>/<path:object_id>/": {"GET": UNKNOWN},
    "admin/^<app_label>/$": {"GET": INDEX},
    "admin/(?P<url>.*)$": {"GET": UNKNOWN},
    **{f"admin/{model}/{page}": answers for model, pages in MODELS.items() for page, answers in pages.items()},
    r"^api(?:/docs)?/?\Z": {"GET": "302 302 302 302 302 302"},
    r"^api/docs/(?P<dialect>v0|v1\.0)/?\Z": {"GET": ALL, "HEAD": ALL, "POST": NEVER},
    "api/v0": dict.fromkeys(API_METHODS, NOWHERE),
    "api/v0/": dict.fromkeys(API_METHODS, NOWHERE),
    r"api/v0/^jobs/?\Z": _reading(READ, POST=SUBMIT),
    r"api/v0/^jobs/bulk/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^jobs/(?P<job_id>[^/]+)/?\Z": _reading(READ, DELETE=DELETE),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/detail/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/result/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/waiting/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/logs/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/cancel/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": CANCEL},
    r"api/v0/^jobs/(?P<job_id>[^/]+)/retry/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^locks/?\Z": _reading(READ),
    r"api/v0/^locks/(?P<lock_name>[^/]+)/?\Z": _reading(READ),
    r"api/v0/^locks/(?P<lock_name>[^/]+)/clear/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^locks/(?P<lock_name>[^/]+)/free/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^crons/?\Z": _reading(READ, POST=ADMIN),
    r"api/v0/^crons/(?P<cron_name>[^/]+)/?\Z": _reading(READ, DELETE=DELETE),
    r"api/v0/^crons/(?P<cron_name>[^/]+)/run/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^action_configs/?\Z": _reading(READ, POST=ADMIN),
    r"api/v0/^action_configs/(?P<action_name>[^/]+)/?\Z": _reading(READ, DELETE=DELETE),
    r"api/v0/^workers/?\Z": _reading(READ),
    r"api/v0/^workers/(?P<worker_id>[^/]+)/?\Z": _reading(READ),
    r"api/v0/^workers/(?P<worker_id>[^/]+)/drain/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^workers/(?P<worker_id>[^/]+)/undrain/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": SUBMIT},
    r"api/v0/^workers/(?P<worker_id>[^/]+)/capacity/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": ADMIN},
    r"api/v0/^actions/?\Z": _reading(READ),
    r"api/v0/^actions/(?P<name>[^/]+)/pause/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": PAUSE},
    r"api/v0/^actions/(?P<name>[^/]+)/resume/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": PAUSE},
    r"api/v0/^classes/?\Z": _reading(READ),
    r"api/v0/^classes/(?P<name>[^/]+)/pause/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": PAUSE},
    r"api/v0/^classes/(?P<name>[^/]+)/resume/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": PAUSE},
    r"api/v0/^audit/?\Z": _reading(READ),
    "api/v1.0": dict.fromkeys(API_METHODS, NOWHERE),
    "api/v1.0/": dict.fromkeys(API_METHODS, NOWHERE),
    r"api/v1.0/^jobs/?\Z": _reading(READ),
    r"api/v1.0/^job/(?P<job_id>[^/]+)/?\Z": _reading(READ, PUT=CHANGE),
    r"api/v1.0/^joblocks/?\Z": _reading(READ, DELETE=CHANGE),
    r"api/v1.0/^device_syncto/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": CHANGE},
    r"api/v1.0/^firmware/upgrade/?\Z": {**dict.fromkeys(API_METHODS, NO_VERB), "POST": CHANGE},
    r"api/v1.0/^system/version/?\Z": {**dict.fromkeys(API_METHODS, NEVER), "GET": ALL, "HEAD": ALL},
    r"api/v1.0/^docs\.json/?\Z": {**dict.fromkeys(API_METHODS, NEVER), "GET": ALL, "HEAD": ALL},
    r"api/v0/^docs\.json/?\Z": {**dict.fromkeys(API_METHODS, NEVER), "GET": ALL, "HEAD": ALL},
}


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


def _ask(client: Client, method: str, path: str) -> str:
    body: Any = _body(path) if method in {"POST", "PUT", "DELETE"} else {}
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
