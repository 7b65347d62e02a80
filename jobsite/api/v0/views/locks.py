"""/locks: who holds them, who waits, and how one is freed by hand."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.clear import LockState, clear
from jobs.engine.errors import NoSuchLock
from jobs.engine.free import free
from jobs.engine.submission import LOCK_NAME
from jobs.lock_report import report
from jobsite.access.permissions import require
from jobsite.api.conditional import shown
from jobsite.api.v0.bodies import storable_reason, typed
from jobsite.api.v0.descriptions.locks import LOCKS
from jobsite.api.v0.filter_backend import FilterBackend
from jobsite.api.v0.lock_filters import LockFilter
from jobsite.api.v0.lock_objects import detail_object, lock_object
from jobsite.api.v0.lock_pages import LockPagination, page
from jobsite.api.v0.schemas.locks import LONGEST_REASON, ClearBody, FreeBody
from jobsite.api.v0.views.base import Endpoint
from locks.models import LockName, LockNameQuerySet


class Locks(Endpoint):
    filter_backends = (FilterBackend,)
    filterset_class = LockFilter
    pagination_class = LockPagination
    needs = {
        "list": "locks.view_lockname",
        "retrieve": "locks.view_lockname",
        "clear": "locks.clear_lock",
        "free": "locks.free_lock",
    }

    def get_queryset(self) -> LockNameQuerySet:
        return LockName.objects.order_by("name")

    @LOCKS["list"]
    def list(self, request: Request) -> HttpResponseBase:
        return page(self.filter_queryset(self.get_queryset()), request)

    @LOCKS["retrieve"]
    def retrieve(self, request: Request, lock_name: str) -> HttpResponseBase:
        return shown(request, detail_object(_one(lock_name)))

    @LOCKS["clear"]
    def clear(self, request: Request, lock_name: str) -> Response:
        body = typed(ClearBody, self.body(request))
        if body.force:
            require(request, "locks.force_lock")
        _one(lock_name)
        reason = storable_reason(body.reason, longest=LONGEST_REASON)
        state = clear(lock_name, by=self.actor(request), reason=reason, force=body.force)
        return _changed(lock_name, state)

    @LOCKS["free"]
    def free(self, request: Request, lock_name: str) -> Response:
        body = typed(FreeBody, self.body(request))
        _one(lock_name)
        reason = storable_reason(body.reason, longest=LONGEST_REASON)
        return _changed(lock_name, free(lock_name, by=self.actor(request), reason=reason, retry=body.retry))


def _one(name: str) -> LockName:
    """What is not a name is a lock that does not exist."""
    lock = LockName.objects.filter(name=name).first() if LOCK_NAME.fullmatch(name) else None
    if lock is None:
        raise NoSuchLock(name)
    return lock


def _changed(name: str, state: LockState) -> Response:
    [lock] = report([_one(name)])
    answer: dict[str, Any] = {"state": state.value, "lock": lock_object(lock)}
    return Response(answer, status=202)
