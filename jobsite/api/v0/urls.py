"""The dialect's addresses. Each answers with and without a trailing slash, never by a redirect."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

from jobsite.api.v0.views.action_configs import ActionConfigs
from jobsite.api.v0.views.actions import Actions
from jobsite.api.v0.views.audit import Audit
from jobsite.api.v0.views.bulk import Bulk
from jobsite.api.v0.views.classes import Classes
from jobsite.api.v0.views.crons import Crons
from jobsite.api.v0.views.docs import Docs, unknown
from jobsite.api.v0.views.jobs import Jobs
from jobsite.api.v0.views.locks import Locks
from jobsite.api.v0.views.workers import Workers


def _at(route: str, view: Callable[..., Any]) -> URLPattern:
    # \Z and not $, which an address that ends in a line break would match too.
    return re_path(rf"^{route}/?\Z", view)


_JOB = r"jobs/(?P<job_id>[^/]+)"
_WORKER = r"workers/(?P<worker_id>[^/]+)"

urlpatterns = [
    _at(r"jobs", Jobs.as_view({"get": "list", "post": "create"})),
    # In front of the ids, none of which is this word.
    _at(r"jobs/bulk", Bulk.as_view({"post": "create"})),
    _at(_JOB, Jobs.as_view({"get": "retrieve", "delete": "destroy"})),
    _at(rf"{_JOB}/detail", Jobs.as_view({"get": "more"})),
    _at(rf"{_JOB}/result", Jobs.as_view({"get": "result"})),
    _at(rf"{_JOB}/waiting", Jobs.as_view({"get": "waiting"})),
    _at(rf"{_JOB}/logs", Jobs.as_view({"get": "logs"})),
    _at(rf"{_JOB}/cancel", Jobs.as_view({"post": "cancel"})),
    _at(rf"{_JOB}/retry", Jobs.as_view({"post": "retry"})),
    _at(r"locks", Locks.as_view({"get": "list"})),
    _at(r"locks/(?P<lock_name>[^/]+)", Locks.as_view({"get": "retrieve"})),
    _at(r"locks/(?P<lock_name>[^/]+)/clear", Locks.as_view({"post": "clear"})),
    _at(r"locks/(?P<lock_name>[^/]+)/free", Locks.as_view({"post": "free"})),
    _at(r"crons", Crons.as_view({"get": "list", "post": "create"})),
    _at(r"crons/(?P<cron_name>[^/]+)", Crons.as_view({"get": "retrieve", "delete": "destroy"})),
    _at(r"crons/(?P<cron_name>[^/]+)/run", Crons.as_view({"post": "run"})),
    _at(r"action_configs", ActionConfigs.as_view({"get": "list", "post": "create"})),
    _at(r"action_configs/(?P<action_name>[^/]+)", ActionConfigs.as_view({"get": "retrieve", "delete": "destroy"})),
    _at(r"workers", Workers.as_view({"get": "list"})),
    _at(_WORKER, Workers.as_view({"get": "retrieve"})),
    _at(rf"{_WORKER}/drain", Workers.as_view({"post": "drain"})),
    _at(rf"{_WORKER}/undrain", Workers.as_view({"post": "undrain"})),
    _at(rf"{_WORKER}/capacity", Workers.as_view({"post": "capacity"})),
    _at(r"actions", Actions.as_view({"get": "list"})),
    _at(r"actions/(?P<name>[^/]+)/pause", Actions.as_view({"post": "pause"})),
    _at(r"actions/(?P<name>[^/]+)/resume", Actions.as_view({"post": "resume"})),
    _at(r"classes", Classes.as_view({"get": "list"})),
    _at(r"classes/(?P<name>[^/]+)/pause", Classes.as_view({"post": "pause"})),
    _at(r"classes/(?P<name>[^/]+)/resume", Classes.as_view({"post": "resume"})),
    _at(r"audit", Audit.as_view({"get": "list"})),
    _at(r"docs\.json", Docs.as_view({"get": "retrieve"})),
    re_path(r"", unknown),
]
