"""/jobs: submit, list, read, cancel, delete, retry."""

from typing import Any
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.cancel import cancel
from jobs.engine.delete import delete
from jobs.engine.errors import NoSuchJob
from jobs.engine.retry import retry
from jobs.engine.submit import submit
from jobs.models import Job
from jobs.models.queryset import JobQuerySet
from jobsite.access.permissions import lacking, require, require_for_actions
from jobsite.api.conditional import JOB_VERSION, shown, tag_of, unless_known
from jobsite.api.v0.bodies import read_cancel, read_reason
from jobsite.api.v0.descriptions.jobs import JOBS
from jobsite.api.v0.details import detail_object, result_object, waiting_object
from jobsite.api.v0.filter_backend import FilterBackend
from jobsite.api.v0.filters import InvalidId, JobFilter, flag, parse_uuid
from jobsite.api.v0.idempotency import once_of
from jobsite.api.v0.logs import log_answer, log_version, stream_answer
from jobsite.api.v0.pagination import JobPagination
from jobsite.api.v0.serializers import read_submission
from jobsite.api.v0.views.base import Endpoint
from jobsite.api.v0.wire import JOB_COLUMNS, JobRow, job_object, row_of


class Jobs(Endpoint):
    filter_backends = (FilterBackend,)
    filterset_class = JobFilter
    pagination_class = JobPagination
    needs = {
        "list": "jobs.view_job",
        "create": "jobs.submit_job",
        "retrieve": "jobs.view_job",
        "more": "jobs.view_job",
        "result": "jobs.view_job",
        "waiting": "jobs.view_job",
        "logs": "jobs.view_joblog",
        "cancel": "jobs.cancel_job",
        "destroy": "jobs.delete_job",
        "retry": "jobs.retry_job",
    }

    def get_queryset(self) -> JobQuerySet:
        return Job.objects.newest_scheduled_first()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001 - DRF's
        # A log that is followed has one form; its errors are JSON as ever.
        return super().perform_content_negotiation(request, force=force or "stream" in request.query_params)

    @JOBS["list"]
    def list(self, _request: Request) -> HttpResponseBase:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(rows)

    @JOBS["create"]
    def create(self, request: Request) -> Response:
        body = self.body(request)
        submission = read_submission(body, scheduled_by=request.user.get_username())
        require_for_actions(request.user, submission)
        submitted = submit(submission, once=once_of(request, body), by=self.actor(request))
        response = Response(job_object(row_of(submitted.job)), status=202)
        if submitted.replayed:
            response["Idempotent-Replay"] = "true"
        elif not submitted.new:
            response["Deduplicated"] = "true"
        return response

    @JOBS["retrieve"]
    def retrieve(self, request: Request, job_id: str) -> HttpResponseBase:
        row = JobRow(*_one(job_id, *JOB_COLUMNS))
        return unless_known(request, tag_of(row), lambda: Response(job_object(row)))

    @JOBS["more"]
    def more(self, request: Request, job_id: str) -> HttpResponseBase:
        return shown(request, detail_object(_uuid(job_id)))

    @JOBS["result"]
    def result(self, request: Request, job_id: str) -> HttpResponseBase:
        version = _one(job_id, "id", JOB_VERSION)
        return unless_known(request, tag_of(version), lambda: Response(result_object(_uuid(job_id))))

    @JOBS["waiting"]
    def waiting(self, request: Request, job_id: str) -> HttpResponseBase:
        return shown(request, waiting_object(_uuid(job_id)))

    @JOBS["logs"]
    def logs(self, request: Request, job_id: str) -> HttpResponseBase:
        (number,) = _one(job_id, "id")
        query = request.query_params
        if flag(query, "stream"):
            return stream_answer(number, request)
        return unless_known(request, tag_of(log_version(number, query)), lambda: log_answer(number, query))

    @JOBS["cancel"]
    def cancel(self, request: Request, job_id: str) -> Response:
        asked = read_cancel(self.optional_body(request))
        force = flag(request.query_params, "force") or asked.force
        if force:
            require(request, "jobs.force_job")
        cancel(_uuid(job_id), by=self.actor(request), reason=asked.reason or "", force=force)
        return Response(status=204)

    @JOBS["destroy"]
    def destroy(self, request: Request, job_id: str) -> Response:
        delete(_uuid(job_id), by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(status=204)

    @JOBS["retry"]
    def retry(self, request: Request, job_id: str) -> Response:
        job = retry(_uuid(job_id), by=self.actor(request), lacks=lacking(request.user))
        return Response(job_object(row_of(job)), status=202)


def _uuid(job_id: str) -> UUID:
    """An id that is no UUID is a job that does not exist."""
    try:
        return parse_uuid(job_id)
    except InvalidId as error:
        raise NoSuchJob(job_id) from error


def _one(job_id: str, *columns: str | RawSQL) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = Job.objects.filter(uuid=_uuid(job_id)).values_list(*columns).first()
    if row is None:
        raise NoSuchJob(job_id)
    return row
