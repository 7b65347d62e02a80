"""The words of the API description, beside the handlers that they describe."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from jobsite.api.describing import COUNT_EXACT, NOT_MODIFIED, Describe, etag, holds_a_list
from jobsite.api.v1 import schemas
from jobsite.api.v1.results import PATTERN
from jobsite.api.v1.schemas import JOB_EXAMPLE, LOCK_EXAMPLE

for _list in (schemas.JobsAnswer, schemas.LocksAnswer):
    holds_a_list(_list)

_JOB_ID = OpenApiParameter("job_id", int, OpenApiParameter.PATH)
_LEFT_OUT = OpenApiParameter(
    "filter_jobresult",
    str,
    pattern=PATTERN,
    description="`config`, `diff` or both with a comma between them: leaves these tasks out of the results of syncs.",
)
_TOTAL = OpenApiParameter("X-Total-Count", int, OpenApiParameter.HEADER, response=[200])
_HEADERS = [
    _TOTAL,
    COUNT_EXACT,
    OpenApiParameter("Link", str, OpenApiParameter.HEADER, response=[200], description="next, last, first, prev."),
]
_OF_BODY = (411, 413, 415)
_REASONS = {
    400: "What is wrong with the request",
    401: "No login, or a wrong one",
    403: "Not allowed",
    404: "No such lock",
    406: "An Accept without application/json",
    409: "The lock's holder is alive",
    411: "A body without Content-Length",
    413: "The body is too long",
    415: "A body that is not application/json",
    429: "Too many requests, or failed logins: see Retry-After",
    503: "Try again, see Retry-After",
}


def _endpoint(
    operation: str,
    summary: str,
    answer: Any,
    example: Any,
    *,
    body: Any = None,
    also: tuple[int, ...] = (),
    errors: tuple[int, ...] = (),
    public: bool = False,
    conditional: bool = False,
    **more: Any,
) -> Describe:
    """One operation: what it answers, an example of that and of the body, and each error that it can answer."""
    examples = [OpenApiExample("Example", {"status": "success", **example}, response_only=True, status_codes=["200"])]
    if body is not None:
        examples.append(OpenApiExample("Body", body, request_only=True))
    responses: dict[int, Any] = dict.fromkeys((200, *also), answer)
    for code in (*errors, *(() if body is None else _OF_BODY), *(() if public else (401, 403, 429)), 406, 503):
        responses[code] = OpenApiResponse(schemas.Error, description=_REASONS[code])
    if conditional:
        responses[304] = NOT_MODIFIED
        more["parameters"] = [*more.get("parameters", []), etag()]
    if public:
        more["auth"] = []
    more.setdefault("request", None)
    describe: Describe = extend_schema(
        operation_id=operation, summary=summary, responses=responses, examples=examples, **more
    )
    return describe


def _starting(operation: str, summary: str, data: str, body: Any, *, request: type) -> Describe:
    """An operation that makes a job, and says in `data` which."""
    return _endpoint(
        operation,
        summary,
        schemas.StartedAnswer,
        {"data": data, "job_id": 101},
        body=body,
        request=request,
        errors=(400,),
        parameters=[_TOTAL],
    )


LIST_JOBS = _endpoint(
    "jobs_list",
    "List jobs, the oldest first",
    schemas.JobsAnswer,
    {"data": {"jobs": [JOB_EXAMPLE]}},
    errors=(400,),
    conditional=True,
    parameters=[_LEFT_OUT, *_HEADERS],
)
READ_JOB = _endpoint(
    "job_read",
    "One job, as a list of one",
    schemas.JobsAnswer,
    {"data": {"jobs": [JOB_EXAMPLE]}},
    errors=(400,),
    conditional=True,
    parameters=[_JOB_ID, _LEFT_OUT],
)
ABORT_JOB = _endpoint(
    "job_abort",
    "Abort a scheduled or a running job",
    schemas.JobsAnswer,
    {"data": {"jobs": [{**JOB_EXAMPLE, "status": "ABORTING", "finish_time": None, "result": None}]}},
    body={"action": "ABORT", "abort_reason": "wrong site"},
    request=schemas.ChangeBody,
    errors=(400,),
    parameters=[_JOB_ID, _LEFT_OUT],
)
LIST_LOCKS = _endpoint(
    "joblocks_list",
    "List the locks that are held",
    schemas.LocksAnswer,
    {"data": {"locks": [LOCK_EXAMPLE]}},
    conditional=True,
)
CLEAR_LOCK = _endpoint(
    "joblocks_delete",
    "Clear a lock; 202 while a live holder is being killed",
    schemas.ClearedAnswer,
    {"data": {"name": "devices", "status": "deleted"}},
    body={"name": "devices", "force": False, "reason": "its machine burnt down"},
    request=schemas.ClearBody,
    also=(202,),
    errors=(400, 404, 409),
)
SYNC_DEVICES = _starting(
    "device_syncto",
    "Start sync_devices",
    "Scheduled job to synchronize eosdist",
    {"hostname": "eosdist", "dry_run": True},
    request=schemas.SyncBody,
)
UPGRADE_FIRMWARE = _starting(
    "firmware_upgrade",
    "Start device_upgrade",
    "Scheduled job to upgrade group access",
    {"group": "access", "url": "EOS-4.32.1F.swi", "start_at": "2030-01-02 03:04:05"},
    request=schemas.UpgradeBody,
)
READ_VERSION = _endpoint(
    "system_version",
    "Which jobsite this is; no login",
    schemas.VersionAnswer,
    {"data": {"version": "0.1.0", "git_version": ""}},
    public=True,
)
