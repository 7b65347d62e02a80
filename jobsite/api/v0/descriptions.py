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
from jobsite.api.v0.reasons import ReasonBody
from jobsite.api.v0.schemas import JOB_EXAMPLE

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Describe(Protocol):
    """A decorator that adds nothing but words."""

    def __call__(self, handler: Handler, /) -> Handler: ...


for _list in (
    schemas.JobList,
    schemas.CronList,
    schemas.WorkerList,
    schemas.ActionList,
    schemas.LockList,
    schemas.ClassList,
):
    # The object that holds the list is the answer; it is not a row of one.
    extend_schema_serializer(many=False)(_list)

_JOB_ID = OpenApiParameter("job_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_CRON_NAME = OpenApiParameter(
    "cron_name", str, OpenApiParameter.PATH, description="Its name: the action's unless given."
)
_WORKER_ID = OpenApiParameter("worker_id", str, OpenApiParameter.PATH, description="12 hex digits.")
_KEY = OpenApiParameter("parameters.KEY", str, description="Jobs whose parameter KEY has this value; for any KEY.")
_CLASS_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="As `scan` or `scan=1,scanCheck=2`.")
_ONCE = [
    OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        description="1 to 255 printable ASCII characters of your choice: for 24 hours the same key and body answer "
        "the job that they made first, another body is a CONFLICT.",
    ),
    OpenApiParameter(
        "Idempotent-Replay",
        bool,
        OpenApiParameter.HEADER,
        response=[202],
        description="true: the Idempotency-Key was used before, this is the job of then.",
    ),
    OpenApiParameter(
        "Deduplicated",
        bool,
        OpenApiParameter.HEADER,
        response=[202],
        description="true: the action keeps its waiting jobs unique, this is the one that waits already.",
    ),
]
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
_LOCK_NAME = OpenApiParameter("lock_name", str, OpenApiParameter.PATH, description="A-Z a-z 0-9 _ . : @ -")
_LOCK_EXAMPLE: dict[str, Any] = {
    "name": "devices",
    "fence": 7,
    "holders": [
        {
            "jobID": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
            "action": "sync_devices",
            "status": "running",
            "workerID": "f97ebb52f0f6",
            "worker": "w1",
            "mode": "exclusive",
            "fence": 7,
            "acquiredAt": "2018-04-21T09:45:00.104Z",
            "alive": True,
            "stuck": None,
            "beingKilled": False,
        }
    ],
    "waiting": 1,
}
_WAITER_EXAMPLE = {
    "jobID": "5b3a5bcd-8c46-4bd4-a2c5-9ef8f5b27b46",
    "action": "sync_devices",
    "mode": "exclusive",
    "priority": 0,
    "scheduledAt": "2018-04-21T09:45:02.4Z",
    "scheduledBy": "ann",
    "called": False,
}
_CRON_EXAMPLE: dict[str, Any] = {
    "id": "9a0f3b8e-6a50-4f0f-9f3f-0f8f2a4f6d10",
    "action": "license_update",
    "schedule": "57 54 3 * * *",
    "retries": 0,
    "capacityMap": None,
    "parameters": None,
    "deadline": "",
    "stopTimeout": "",
    "nextRun": "2018-04-22T01:54:57Z",
    "name": "license_update",
    "timezone": "Europe/Berlin",
    "misfire": "once",
    "graceSeconds": 3600,
    "overlap": "forbid",
    "enabled": True,
    "priority": 0,
    "locks": None,
    "lastRun": "2018-04-21T01:54:57Z",
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
    404: "NO_SUCH_JOB, NO_SUCH_CRON, NO_SUCH_WORKER, NO_SUCH_LOCK, NO_SUCH_ACTION or NO_SUCH_CLASS",
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


def _of_worker(
    operation: str,
    summary: str,
    body: Any = schemas.ReasonBody,
    example: Any = None,
    errors: tuple[int, ...] = (400, 404, 409),
) -> Describe:
    """A verb on one worker, which answers the worker."""
    return _endpoint(
        operation,
        summary,
        schemas.Worker,
        _WORKER_EXAMPLE,
        status=202,
        errors=errors,
        request=body,
        examples=[OpenApiExample("Body", example or {"reason": "the disk is changed"}, request_only=True)],
        parameters=[_WORKER_ID],
    )


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
        errors=(400, 409),
        request=schemas.SubmissionBody,
        parameters=_ONCE,
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
        "Cancel a job: a running one is told to stop, or, by force, killed",
        None,
        status=204,
        errors=(400, 404, 409),
        request=schemas.CancelBody,
        examples=[OpenApiExample("By force", {"force": True, "reason": "it hangs"}, request_only=True)],
        parameters=[
            _JOB_ID,
            OpenApiParameter("force", bool, description="As in the body; needs jobs.force_job.", default=False),
        ],
    ),
    "destroy": _endpoint(
        "jobs_delete",
        "Delete a job and its log: a running one is `deleted` until its worker has stopped it",
        None,
        status=204,
        errors=(404,),
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
LOCKS: dict[str, Describe] = {
    "list": _endpoint(
        "locks_list",
        "List locks, by name",
        schemas.LockList,
        {"locks": [_LOCK_EXAMPLE]},
        errors=(400,),
        parameters=[
            OpenApiParameter("limit", int, description="At most this many; at most 1000.", default=100),
            OpenApiParameter("after", str, description="The page behind this name."),
        ],
    ),
    "retrieve": _endpoint(
        "locks_read",
        "One lock, with the first of its line",
        schemas.LockDetail,
        {**_LOCK_EXAMPLE, "waiters": [_WAITER_EXAMPLE]},
        errors=(404,),
        parameters=[_LOCK_NAME],
    ),
    "clear": _endpoint(
        "locks_clear",
        "Free a lock whose holder is dead; forced, have a live holder killed first",
        schemas.LockChange,
        {"state": "free", "lock": {**_LOCK_EXAMPLE, "holders": [], "waiting": 0}},
        status=202,
        errors=(400, 404, 409),
        request=schemas.ClearBody,
        parameters=[_LOCK_NAME],
        examples=[OpenApiExample("Clear", {"reason": "its machine burnt down", "force": False}, request_only=True)],
    ),
    "free": _endpoint(
        "locks_free",
        "Cancel the holder of a lock, which frees it when that has ended",
        schemas.LockChange,
        {"state": "stopping", "lock": _LOCK_EXAMPLE},
        status=202,
        errors=(400, 404),
        request=schemas.FreeBody,
        parameters=[_LOCK_NAME],
        examples=[OpenApiExample("Free", {"reason": "it hangs", "retry": True}, request_only=True)],
    ),
}
WORKERS: dict[str, Describe] = {
    "list": _endpoint(
        "workers_list", "List workers, the running ones first", schemas.WorkerList, {"workers": [_WORKER_EXAMPLE]}
    ),
    "retrieve": _endpoint(
        "workers_read", "One worker", schemas.Worker, _WORKER_EXAMPLE, errors=(404,), parameters=[_WORKER_ID]
    ),
    "drain": _of_worker("workers_drain", "Run what it has and claim nothing more, until undrained or started anew"),
    "undrain": _of_worker("workers_undrain", "Claim again, after a drain"),
    "capacity": _of_worker(
        "workers_capacity",
        "Replace what it holds; survives its restarts, and takes effect at its slots' next claim",
        schemas.CapacityBody,
        {"capacityMap": {"scan": 2}},
        errors=(400, 404),
    ),
}


def _pausing(operation: str, summary: str, parameter: OpenApiParameter) -> Describe:
    return _endpoint(
        operation,
        summary,
        None,
        status=204,
        errors=(400, 404),
        request=ReasonBody,
        parameters=[parameter],
        examples=[OpenApiExample("Reason", {"reason": "the license server is away"}, request_only=True)],
    )


_ACTION_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH)
_UNTIL = "is started until it is resumed; running ones go on"
ACTIONS: dict[str, Describe] = {
    "list": _endpoint("actions_list", "List actions", schemas.ActionList, {"actions": [_ACTION_EXAMPLE]}),
    "pause": _pausing("actions_pause", f"No job of the action {_UNTIL}", _ACTION_NAME),
    "resume": _pausing("actions_resume", "Jobs of the action start again", _ACTION_NAME),
}
CLASSES: dict[str, Describe] = {
    "list": _endpoint(
        "classes_list",
        "List capacity classes",
        schemas.ClassList,
        {"classes": [{"name": "scan=2", "capacityMap": {"scan": 2}, "paused": False}]},
    ),
    "pause": _pausing("classes_pause", f"No job of the capacity class {_UNTIL}", _CLASS_NAME),
    "resume": _pausing("classes_resume", "Jobs of the capacity class start again", _CLASS_NAME),
}
CRONS: dict[str, Describe] = {
    "list": _endpoint("crons_list", "List crons, by name", schemas.CronList, {"crons": [_CRON_EXAMPLE]}),
    "create": _endpoint(
        "crons_save",
        "Create a cron, or replace the one of this name; its id stays",
        schemas.Cron,
        _CRON_EXAMPLE,
        status=202,
        errors=(400,),
        request=schemas.CronBody,
        examples=[
            OpenApiExample(
                "Cron",
                {
                    "action": "license_update",
                    "schedule": "57 54 3 * * *",
                    "timezone": "Europe/Berlin",
                    "overlap": "forbid",
                },
                request_only=True,
            )
        ],
    ),
    "retrieve": _endpoint(
        "crons_read", "One cron", schemas.Cron, _CRON_EXAMPLE, errors=(404,), parameters=[_CRON_NAME]
    ),
    "destroy": _endpoint(
        "crons_delete",
        "Delete a cron; jobs made from it are not canceled",
        None,
        status=204,
        errors=(404,),
        parameters=[_CRON_NAME],
    ),
    "run": _endpoint(
        "crons_run",
        "Run a cron now, beside its schedule, also while it is disabled",
        schemas.Job,
        {**_RETRY_EXAMPLE, "id": JOB_EXAMPLE["id"], "retryFromID": JOB_EXAMPLE["id"]},
        status=202,
        errors=(400, 404),
        request=None,
        parameters=[_CRON_NAME],
    ),
}
DOCS: dict[str, Describe] = {
    "retrieve": extend_schema(
        operation_id="docs", summary="This description; no login", responses={200: OpenApiTypes.OBJECT}, auth=[]
    )
}
