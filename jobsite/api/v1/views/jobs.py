"""/jobs and /job/{id}: list, read, abort."""

from collections.abc import Collection
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.cancel import cancel
from jobs.engine.errors import JobEnded, NoSuchJob
from jobs.models import Job
from jobs.models.queryset import JobQuerySet
from jobs.states import Status
from jobsite.api.conditional import JOB_VERSION, tag_of, unless_known
from jobsite.api.v1.bodies import storable
from jobsite.api.v1.descriptions import ABORT_JOB, LIST_JOBS, READ_JOB
from jobsite.api.v1.errors import WireError
from jobsite.api.v1.filters import FilterBackend
from jobsite.api.v1.functions import with_function_name
from jobsite.api.v1.pagination import JobPagination
from jobsite.api.v1.results import left_out
from jobsite.api.v1.views.base import Endpoint, success
from jobsite.api.v1.wire import DEFAULT_REASON, JOB_COLUMNS, JobRow, job_object, status_word

_ABORTABLE = {Status.WAITING, Status.RUNNING}
_DIGITS_OF_AN_ID = 18


class Jobs(Endpoint):
    filter_backends = (FilterBackend,)
    pagination_class = JobPagination
    needs = {"list": "jobs.view_job"}

    def get_queryset(self) -> JobQuerySet:
        return Job.objects.all()

    @LIST_JOBS
    def list(self, _request: Request) -> HttpResponseBase:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(rows)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        if request.method == "POST":
            other = "use /device_syncto, /firmware/upgrade, or POST /api/v0/jobs"
            raise MethodNotAllowed("POST", detail=f"Jobs can not be started here: {other}")
        return super().http_method_not_allowed(request, *args, **kwargs)


class OneJob(Endpoint):
    pagination_class = None
    needs = {"retrieve": "jobs.view_job", "change": "jobs.cancel_job"}

    @READ_JOB
    def retrieve(self, request: Request, job_id: str) -> HttpResponseBase:
        number = _number(job_id)
        version = Job.objects.filter(pk=number).values_list("pk", JOB_VERSION).first()
        if version is None:
            raise _no_job(number)
        return unless_known(request, tag_of(version), lambda: _one(number, without=left_out(request.query_params)))

    @ABORT_JOB
    def change(self, request: Request, job_id: str) -> Response:
        body = self.body(request)
        if not body.get("action"):
            raise WireError(400, "Action must be specified")
        if str(body["action"]).upper() != "ABORT":
            raise WireError(400, f"Unknown action: {body['action']}")
        number = _number(job_id)
        # Read first: a query that is refused must not have aborted the job.
        without = left_out(request.query_params)
        self._abort(number, reason=_reason(body), request=request)
        return _one(number, without=without)

    def _abort(self, number: int, *, reason: str, request: Request) -> None:
        found = Job.objects.filter(pk=number).values_list("uuid", "status").first()
        if found is None:
            raise _no_job(number)
        uuid, status = found
        if status not in _ABORTABLE:
            raise _not_abortable(number, status)
        try:
            cancel(uuid, by=self.actor(request), reason=reason)
        except JobEnded as error:
            raise _not_abortable(number, error.status) from error
        except NoSuchJob as error:
            raise _no_job(number) from error


def _one(number: int, *, without: Collection[str]) -> Response:
    row = with_function_name(Job.objects.filter(pk=number)).values_list(*JOB_COLUMNS).first()
    if row is None:
        raise _no_job(number)
    return success({"jobs": [job_object(JobRow(*row), without=without)]})


def _number(text: str) -> int:
    # \d would take the digits of all scripts.
    if not (text.isascii() and text.isdigit()):
        raise WireError(400, f"{text[:60]!r} is not a job id: it is a whole number")
    digits = text.lstrip("0") or "0"
    if len(digits) > _DIGITS_OF_AN_ID:
        raise _no_job(digits)
    return int(digits)


def _no_job(number: int | str) -> WireError:
    return WireError(400, f"No job with id {number} found")


def _not_abortable(number: int, status: str) -> WireError:
    state = status_word(status)
    return WireError(400, f"Job id {number} is in state {state}, must be SCHEDULED or RUNNING to abort")


def _reason(body: dict[str, Any]) -> str:
    reason = body.get("abort_reason")
    if not isinstance(reason, str) or not reason.strip():
        return DEFAULT_REASON
    return storable("abort_reason", reason)[:255]
