"""/joblocks: who holds what, and how a lock is cleared by hand."""

from collections.abc import Collection
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.clear import LockState, clear
from jobs.engine.errors import LockHeld, NoSuchLock
from jobs.engine.submission import LOCK_NAME
from jobs.lock_report import Holder, LockReport, report
from jobs.models import Job
from jobs.naming import some_of
from jobs.states import Status
from jobsite.access.permissions import require
from jobsite.api.conditional import tag_of, unless_known
from jobsite.api.v1.bodies import storable
from jobsite.api.v1.descriptions import CLEAR_LOCK, LIST_LOCKS
from jobsite.api.v1.errors import WireError
from jobsite.api.v1.views.base import Endpoint, success
from jobsite.api.v1.wire import naive_utc
from locks.models import JobLock, LockName

_DEFAULT_REASON = "Cleared via API call"
# The audit keeps so much.
_LONGEST_REASON = 1000


class JobLocks(Endpoint):
    pagination_class = None
    needs = {"list": "locks.view_joblock", "destroy": "locks.clear_lock"}

    @LIST_LOCKS
    def list(self, request: Request) -> HttpResponseBase:
        locks = [_object(lock, holder) for lock in report(LockName.objects.held()) for holder in lock.holders]
        return unless_known(request, tag_of(locks), lambda: success({"locks": locks}))

    @CLEAR_LOCK
    def destroy(self, request: Request) -> Response:
        body = self.body(request)
        name, force, reason = body.get("name"), body.get("force", False), body.get("reason")
        if not name:
            raise WireError(400, "No lock name specified")
        if not isinstance(name, str):
            raise _no_lock()
        if not isinstance(force, bool) or not isinstance(reason, str | None):
            raise WireError(400, "force must be true or false, and reason text")
        reason = storable("reason", reason or _DEFAULT_REASON)[:_LONGEST_REASON]
        if force:
            require(request, "locks.force_lock")
        state = self._clear(name, force=force, reason=reason, request=request)
        if state is LockState.FREE:
            return success({"name": name, "status": "deleted"})
        # Its worker kills the holder now, and has not said yet that it is done.
        answer = success({"name": name, "status": "stopping"})
        answer.status_code = 202
        return answer

    def _clear(self, name: str, *, force: bool, reason: str, request: Request) -> LockState:
        if not LOCK_NAME.fullmatch(name) or not JobLock.objects.filter(lock=name).exists():
            raise _no_lock()
        try:
            return clear(name, by=self.actor(request), reason=reason, force=force)
        except LockHeld as error:
            raise _still_held(name, error.holders) from error
        except NoSuchLock as error:
            raise _no_lock() from error


def _object(lock: LockReport, holder: Holder) -> dict[str, Any]:
    worker = holder.job.worker
    return {
        "job_id": holder.job.pk,
        "name": lock.name,
        "start_time": naive_utc(holder.acquired_at),
        "abort": holder.job.status == Status.CANCEL_REQUEST,
        "worker": worker.name if worker else None,
        "holder_alive": holder.alive,
        "mode": holder.mode,
        "fence": holder.fence,
        "expires": naive_utc(worker.lease_until) if worker else None,
        "waiters": lock.waiting,
    }


def _no_lock() -> WireError:
    return WireError(404, "No such lock found in database")


def _still_held(name: str, refusing: Collection[str]) -> WireError:
    jobs = Job.objects.filter(uuid__in=refusing).order_by("pk").values_list("pk", "action", "worker__name")
    alive = some_of([f"job {number} ({action}) on worker {worker}" for number, action, worker in jobs])
    # The names last: a message that is too long is cut.
    advice = 'abort its live holders, or send "force": true to have them killed'
    return WireError(409, f"Lock {name} is held: {advice}. Alive: {alive}")
