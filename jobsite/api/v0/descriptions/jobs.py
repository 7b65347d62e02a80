"""The words of /jobs."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from jobsite.api.describing import Describe, etag
from jobsite.api.v0.descriptions.endpoint import AT_LEAST_0, PAGE_HEADERS, endpoint, listing, reading
from jobsite.api.v0.descriptions.job_examples import DETAIL_EXAMPLE, RETRY_EXAMPLE, SUBMISSION_EXAMPLE
from jobsite.api.v0.log_stream import CONTENT_TYPE as STREAM
from jobsite.api.v0.schemas.common import ReasonBody
from jobsite.api.v0.schemas.jobs import (
    JOB_EXAMPLE,
    CancelBody,
    Job,
    JobDetail,
    JobList,
    JobResult,
    LogLines,
    StreamedLine,
    WaitingReasons,
)
from jobsite.api.v0.schemas.submissions import SubmissionBody

_JOB_ID = OpenApiParameter("job_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_KEY = OpenApiParameter("parameters.KEY", str, description="Jobs whose parameter KEY has this value; for any KEY.")
_ONCE = [
    OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        pattern="^[ -~]{1,255}$",
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
JOBS: dict[str, Describe] = {
    "list": listing(
        "jobs_list",
        "List jobs, the most recently scheduled first",
        JobList,
        {"jobs": [JOB_EXAMPLE]},
        errors=(400,),
        parameters=[_KEY, *PAGE_HEADERS, etag("A list of more than 1000 jobs has none.")],
    ),
    "create": endpoint(
        "jobs_submit",
        "Submit a job",
        Job,
        JOB_EXAMPLE,
        status=202,
        errors=(400, 409),
        request=SubmissionBody,
        parameters=_ONCE,
        examples=[OpenApiExample("Submission", SUBMISSION_EXAMPLE, request_only=True)],
    ),
    "retrieve": reading("jobs_read", "One job", Job, JOB_EXAMPLE, _JOB_ID),
    "more": reading("jobs_detail", "What Job's 13 keys leave out", JobDetail, DETAIL_EXAMPLE, _JOB_ID),
    "result": reading(
        "jobs_result",
        "What the action returned or raised",
        JobResult,
        {"result": {"changed": True}, "exception": None, "finished": ["eosdist"], "total": 6},
        _JOB_ID,
    ),
    "waiting": reading(
        "jobs_waiting",
        "Why the job has not started",
        WaitingReasons,
        {"reasons": [{"code": "NO_SUCH_CAPACITY", "text": "no worker has capacity of type gpu", "by": None}]},
        _JOB_ID,
    ),
    "logs": endpoint(
        "jobs_logs",
        "Lines of the job's log, or a stream of them",
        LogLines,
        [{"data": "checking eosdist", "lineNum": 0}],
        errors=(400, 404),
        parameters=[
            _JOB_ID,
            OpenApiParameter("offset", AT_LEAST_0, description="The first line's number.", default=0),
            OpenApiParameter("limit", AT_LEAST_0, description="How many lines; 0 is all.", default=0),
            OpenApiParameter(
                "stream",
                bool,
                description="true: application/x-ndjson, an object a line as they come, an empty line each 15 s, and "
                'at last `{"status": "done"}`. After an hour, or at a stop of the server, the last line is '
                '`{"status": "running", "reconnect": true, "offset": 7}`. Six at once on a server; the next is '
                "TOO_MANY_REQUESTS.",
                default=False,
            ),
            etag("A stream has none."),
        ],
        also={(200, STREAM): StreamedLine},
        conditional=True,
        examples=[
            OpenApiExample("Line", {"data": "checking eosdist", "lineNum": 0}, response_only=True, media_type=STREAM),
            OpenApiExample("End", {"status": "done"}, response_only=True, media_type=STREAM),
        ],
    ),
    "cancel": endpoint(
        "jobs_cancel",
        "Cancel a job: a running one is told to stop, or, by force, killed",
        None,
        status=204,
        errors=(400, 404, 409),
        request=CancelBody,
        examples=[OpenApiExample("By force", {"force": True, "reason": "it hangs"}, request_only=True)],
        parameters=[
            _JOB_ID,
            OpenApiParameter("force", bool, description="As in the body; needs jobs.force_job.", default=False),
        ],
    ),
    "destroy": endpoint(
        "jobs_delete",
        "Delete a job and its log: a running one is `deleted` until its worker has stopped it",
        None,
        status=204,
        errors=(400, 404),
        request=ReasonBody,
        parameters=[_JOB_ID],
        examples=[OpenApiExample("Delete", {"reason": "a wrong site"}, request_only=True)],
    ),
    "retry": endpoint(
        "jobs_retry",
        "Run an ended job once more, as a new job of the same chain with all its retries",
        Job,
        RETRY_EXAMPLE,
        status=202,
        errors=(404, 409),
        parameters=[_JOB_ID],
    ),
}
