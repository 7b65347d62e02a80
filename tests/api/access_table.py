"""Who may do what: for every address of the site and each of its methods, what each role is answered."""

from typing import Any

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


def _doing(answers: str) -> Answers:
    """What is only posted."""
    return {**dict.fromkeys(API_METHODS, NO_VERB), "POST": answers}


def _both(answers: str) -> Answers:
    """A page that is seen and posted by the same people."""
    return {"GET": answers, "POST": answers}


def _pages(see: str, *, add: str = NOBODY, change: str = NOBODY, delete: str = NOBODY) -> dict[str, Answers]:
    """The admin's pages of one model."""
    return {
        "": _both(see),
        "add/": _both(add),
        "<path:object_id>/history/": {"GET": see},
        "<path:object_id>/delete/": _both(delete),
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
        "<int:pk>/cancel/": _both(OPERATOR),
        "<int:pk>/again/": _both(OPERATOR),
        "<int:pk>/retry/": {"GET": OPERATOR, "POST": FREEING},
        "<int:pk>/remove/": _both(EDITOR),
        "csv/": {"GET": PAGE, "POST": NO_POST},
        "views/": {"GET": NO_POST, "POST": SEEN},
        "views/<int:pk>/delete/": {"GET": NO_POST, "POST": SEEN},
        **{f"{which}/{verb}/": _both(FREEING) for which in ("selected", "all") for verb in ("cancel", "retry")},
    },
    "jobs/joblog": _pages(PAGE),
    "jobs/cron": {
        **_pages(PAGE, add=EDITOR, change=EDITOR, delete=EDITOR),
        "preview/": {"GET": PAGE, "POST": "login 405 405 405 405 405"},
        "<int:pk>/runs/": {"GET": LIVE, "POST": NO_LIVE},
        # Of no cron.
        "run/": _both(RUNNING),
        "enable/": _both(PAUSING),
        "disable/": _both(PAUSING),
        # Of nothing that is kept; and there is no cron that prunes.
        "retention/": {"GET": PAGE, "POST": GONE},
        "retention/<slug:action>/start/": _both(PAUSING),
    },
    "jobs/actionconfig": {
        **_pages(PAGE, add=EDITOR, delete=EDITOR),
        "<path:object_id>/change/": {"GET": PAGE, "POST": SAVED},
    },
    "jobs/auditevent": {**_pages(PAGE), "csv/": {"GET": PAGE, "POST": NO_POST}},
    "workers/worker": {
        **_pages(PAGE),
        "<int:pk>/now/": {"GET": LIVE, "POST": NO_LIVE},
        "<int:pk>/drain/": _both(OPERATOR),
        "<int:pk>/undrain/": _both(OPERATOR),
        "<int:pk>/capacity/": _both(EDITOR),
    },
    # Of nothing that could be paused.
    "jobs/pause": {**_pages(PAGE), **{page: _both(PAUSING) for page in ("pause/", "resume/")}},
    "workers/capacityclass": _pages(PAGE),
    "workers/beat": _pages(PAGE),
    # Of no lock: to the board.
    "locks/joblock": {**_pages(PAGE), **{page: _both(FREEING) for page in ("clear/", "free/")}},
    "locks/lockname": {**_pages(PAGE), "<str:name>/now/": {"GET": LIVE, "POST": NO_LIVE}},
    # Everyone's own; somebody else's is not found by them.
    "access/accesstoken": {
        **_pages(STAFF, add=STAFF, delete=FOREIGN),
        "<path:object_id>/history/": {"GET": FOREIGN},
        "<path:object_id>/change/": {"GET": FOREIGN, "POST": NOBODY},
    },
    "auth/user": {**OWNED, "<id>/password/": _both(OWNER)},
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
    "admin/password_change/": _both(STAFF),
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
    r"api/v0/^jobs/bulk/?\Z": _doing(SUBMIT),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/?\Z": _reading(READ, DELETE=DELETE),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/detail/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/result/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/waiting/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/logs/?\Z": _reading(READ),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/cancel/?\Z": _doing(CANCEL),
    r"api/v0/^jobs/(?P<job_id>[^/]+)/retry/?\Z": _doing(SUBMIT),
    r"api/v0/^locks/?\Z": _reading(READ),
    r"api/v0/^locks/(?P<lock_name>[^/]+)/?\Z": _reading(READ),
    r"api/v0/^locks/(?P<lock_name>[^/]+)/clear/?\Z": _doing(SUBMIT),
    r"api/v0/^locks/(?P<lock_name>[^/]+)/free/?\Z": _doing(SUBMIT),
    r"api/v0/^crons/?\Z": _reading(READ, POST=ADMIN),
    r"api/v0/^crons/(?P<cron_name>[^/]+)/?\Z": _reading(READ, DELETE=DELETE),
    r"api/v0/^crons/(?P<cron_name>[^/]+)/run/?\Z": _doing(SUBMIT),
    r"api/v0/^action_configs/?\Z": _reading(READ, POST=ADMIN),
    r"api/v0/^action_configs/(?P<action_name>[^/]+)/?\Z": _reading(READ, DELETE=DELETE),
    r"api/v0/^workers/?\Z": _reading(READ),
    r"api/v0/^workers/(?P<worker_id>[^/]+)/?\Z": _reading(READ),
    r"api/v0/^workers/(?P<worker_id>[^/]+)/drain/?\Z": _doing(SUBMIT),
    r"api/v0/^workers/(?P<worker_id>[^/]+)/undrain/?\Z": _doing(SUBMIT),
    r"api/v0/^workers/(?P<worker_id>[^/]+)/capacity/?\Z": _doing(ADMIN),
    r"api/v0/^actions/?\Z": _reading(READ),
    r"api/v0/^actions/(?P<name>[^/]+)/pause/?\Z": _doing(PAUSE),
    r"api/v0/^actions/(?P<name>[^/]+)/resume/?\Z": _doing(PAUSE),
    r"api/v0/^classes/?\Z": _reading(READ),
    r"api/v0/^classes/(?P<name>[^/]+)/pause/?\Z": _doing(PAUSE),
    r"api/v0/^classes/(?P<name>[^/]+)/resume/?\Z": _doing(PAUSE),
    r"api/v0/^audit/?\Z": _reading(READ),
    "api/v1.0": dict.fromkeys(API_METHODS, NOWHERE),
    "api/v1.0/": dict.fromkeys(API_METHODS, NOWHERE),
    r"api/v1.0/^jobs/?\Z": _reading(READ),
    r"api/v1.0/^job/(?P<job_id>[^/]+)/?\Z": _reading(READ, PUT=CHANGE),
    r"api/v1.0/^joblocks/?\Z": _reading(READ, DELETE=CHANGE),
    r"api/v1.0/^device_syncto/?\Z": _doing(CHANGE),
    r"api/v1.0/^firmware/upgrade/?\Z": _doing(CHANGE),
    r"api/v1.0/^system/version/?\Z": {**dict.fromkeys(API_METHODS, NEVER), "GET": ALL, "HEAD": ALL},
    r"api/v1.0/^docs\.json/?\Z": {**dict.fromkeys(API_METHODS, NEVER), "GET": ALL, "HEAD": ALL},
    r"api/v0/^docs\.json/?\Z": {**dict.fromkeys(API_METHODS, NEVER), "GET": ALL, "HEAD": ALL},
}
# Bodies that ask for more than their address does, and what they are answered: an action that deletes is an admin's,
# as itself or as what follows another.
_PRUNES: list[dict[str, Any]] = [
    {"action": "onlinegc_jobs", "parameters": {"days": None, "most": 1}},
    {"action": "onlinegc_joblogs", "parameters": {"days": 1}},
]
NEEDING: list[tuple[dict[str, Any], str]] = [
    (body, ADMIN)
    for prune in _PRUNES
    for body in (
        prune,
        {"action": "noop", "next": prune},
        {"action": "noop", "next": {"action": "noop", "next": prune}},
    )
]
