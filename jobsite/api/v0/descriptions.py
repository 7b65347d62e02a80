"""The words of the API description, beside the handlers that they describe."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)

from jobsite.api.v0 import schemas
from jobsite.api.v0.schemas import JOB_EXAMPLE

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Describe(Protocol):
    """A decorator that adds nothing but words."""

    def __call__(self, handler: Handler, /) -> Handler: ...


for _list in (schemas.JobList, schemas.WorkerList, schemas.ActionList):
    # The object that holds the list is the answer; it is not a row of one.
    extend_schema_serializer(many=False)(_list)

_JOB_ID = OpenApiParameter("job_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_WORKER_ID = OpenApiParameter("worker_id", str, OpenApiParameter.PATH, description="12 hex digits.")
_KEY = OpenApiParameter("parameters.KEY", str, description="Jobs whose parameter KEY has this value; for any KEY.")
_COUNT_HEADERS = [
    OpenApiParameter("X-Resource-Count", int, OpenApiParameter.HEADER, response=[200], description="Of all pages."),
    OpenApiParameter("X-Count-Exact", bool, OpenApiParameter.HEADER, response=[200], description="false: an estimate."),
    OpenApiParameter("Link", str, OpenApiParameter.HEADER, response=[200], description='The next page: rel="next".'),
]
_WORKER_EXAMPLE = {
    "id": "000000000000",
    "status": "running",
    "capacityMap": {"scan": 1, "scanCheck": 1},
    "heartbeatExpiration": "2017-02-18T00:51:02Z",
}
_ATTEMPT_EXAMPLE = {
    "id": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "number": 1,
    "workerID": "f97ebb52f0f6",
    "status": "done",
    "startedAt": "2018-04-21T09:45:00.104Z",
    "endedAt": "2018-04-21T09:45:02.709Z",
}
_DETAIL_EXAMPLE = {
    "number": 1,
    "priority": 0,
    "locks": [{"name": "devices", "mode": "exclusive"}],
    "next": None,
    "comment": "the nightly one",
    "ticketRef": None,
    "scheduledBy": "ann",
    "startedAt": "2018-04-21T09:45:00.104Z",
    "endedAt": "2018-04-21T09:45:02.709Z",
    "attempts": [_ATTEMPT_EXAMPLE],
    "canceledBy": None,
    "cancelReason": None,
}
_ACTION_EXAMPLE: dict[str, Any] = {
    "name": "noop",
    "description": "Do nothing, with whatever parameters.",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": True},
    "capacityMap": None,
    "locks": [],
    "paused": False,
}
_SUBMISSION_EXAMPLE = {
    "action": "sleep",
    "parameters": {"seconds": "5"},
    "retries": 2,
    "capacityMap": {"scan": 1},
    "deadline": "15m",
    "stopTimeout": "",
    "scheduledAt": "",
}

_RETRY_EXAMPLE = {
    **JOB_EXAMPLE,
    "id": "5b3a5bcd-8c46-4bd4-a2c5-9ef8f5b27b46",
    "workerID": "",
    "status": "waiting",
    "scheduledAt": "2018-04-21T10:02:11.4Z",
    "lastUpdated": "2018-04-21T10:02:11.4Z",
}

_REASONS = {
    400: "INVALID_JSON, INVALID_PARAMETERS or INVALID_FORM_FIELD",
    401: "NOT_AUTHENTICATED",
    403: "NOT_AUTHORIZED",
    404: "NO_SUCH_JOB or NO_SUCH_WORKER",
    409: "CONFLICT",
    429: "TOO_MANY_REQUESTS, with Retry-After: more than THROTTLE allows, or ten failed logins",
    503: "UNAVAILABLE, with Retry-After",
}


def _endpoint(
    operation: str,
    summary: str,
    answer: Any,
    example: Any = None,
    *,
    status: int = 200,
    errors: tuple[int, ...] = (),
    **more: Any,
) -> Describe:
    """One operation: what it answers, with an example, and each error that it can answer."""
    examples = (
        [] if example is None else [OpenApiExample("Example", example, response_only=True, status_codes=[str(status)])]
    )
    responses: dict[int, Any] = {status: answer or OpenApiResponse(description="Nothing.")}
    for code in (*errors, 401, 403, 429, 503):
        responses[code] = OpenApiResponse(schemas.Errors, description=_REASONS[code])
    more["examples"] = [*examples, *more.get("examples", [])]
    describe: Describe = extend_schema(operation_id=operation, summary=summary, responses=responses, **more)
    return describe


JOBS: dict[str, Describe] = {
    "list": _endpoint(
        "jobs_list",
        "List jobs, the most recently scheduled first",
        schemas.JobList,
        {"jobs": [JOB_EXAMPLE]},
        errors=(400,),
        parameters=[_KEY, *_COUNT_HEADERS],
    ),
    "create": _endpoint(
        "jobs_submit",
        "Submit a job",
        schemas.Job,
        JOB_EXAMPLE,
        status=202,
        errors=(400,),
        request=schemas.SubmissionBody,
        examples=[OpenApiExample("Submission", _SUBMISSION_EXAMPLE, request_only=True)],
    ),
    "retrieve": _endpoint("jobs_read", "One job", schemas.Job, JOB_EXAMPLE, errors=(404,), parameters=[_JOB_ID]),
    "more": _endpoint(
        "jobs_detail",
        "What Job's 13 keys leave out",
        schemas.JobDetail,
        _DETAIL_EXAMPLE,
        errors=(404,),
        parameters=[_JOB_ID],
    ),
    "result": _endpoint(
        "jobs_result",
        "What the action returned or raised",
        schemas.JobResult,
        {"result": {"changed": True}, "exception": None, "finished": ["eosdist"], "total": 6},
        errors=(404,),
        parameters=[_JOB_ID],
    ),
    "waiting": _endpoint(
        "jobs_waiting",
        "Why the job has not started",
        schemas.WaitingReasons,
        {"reasons": [{"code": "NO_SUCH_CAPACITY", "text": "no worker has capacity of type gpu", "by": None}]},
        errors=(404,),
        parameters=[_JOB_ID],
    ),
    "logs": _endpoint(
        "jobs_logs",
        "Lines of the job's log",
        schemas.LogLines,
        [{"data": "checking eosdist", "lineNum": 0}],
        errors=(400, 404),
        parameters=[
            _JOB_ID,
            OpenApiParameter("offset", int, description="The first line's number.", default=0),
            OpenApiParameter("limit", int, description="How many lines; 0 is all.", default=0),
        ],
    ),
    "cancel": _endpoint(
        "jobs_cancel",
        "Cancel a job: a running one is told to stop",
        None,
        status=204,
        errors=(404, 409),
        request=None,
        parameters=[_JOB_ID],
    ),
    "retry": _endpoint(
        "jobs_retry",
        "Run an ended job once more, as a new job of the same chain with all its retries",
        schemas.Job,
        _RETRY_EXAMPLE,
        status=202,
        errors=(404, 409),
        request=None,
        parameters=[_JOB_ID],
    ),
}
WORKERS: dict[str, Describe] = {
    "list": _endpoint(
        "workers_list", "List workers, the running ones first", schemas.WorkerList, {"workers": [_WORKER_EXAMPLE]}
    ),
    "retrieve": _endpoint(
        "workers_read", "One worker", schemas.Worker, _WORKER_EXAMPLE, errors=(404,), parameters=[_WORKER_ID]
    ),
}
ACTIONS: dict[str, Describe] = {
    "list": _endpoint("actions_list", "List actions", schemas.ActionList, {"actions": [_ACTION_EXAMPLE]})
}
DOCS: dict[str, Describe] = {
    "retrieve": extend_schema(
        operation_id="docs", summary="This description; no login", responses={200: OpenApiTypes.OBJECT}, auth=[]
    )
}
