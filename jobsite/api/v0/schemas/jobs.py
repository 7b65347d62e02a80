"""Jobs, and what is told of one beside its 13 keys."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue, RootModel

from jobsite.api.v0.schemas.common import LockNeed, ReasonBody, StatusWord, Time, Wire

JOB_EXAMPLE: dict[str, JsonValue] = {
    "id": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "retryFromID": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "workerID": "f97ebb52f0f6",
    "status": "done",
    "scheduledAt": "2018-04-21T09:45:00Z",
    "lastUpdated": "2018-04-21T09:45:02.709Z",
    "action": "poll_mirror",
    "retriesLeft": 0,
    "retriesTotal": 0,
    "capacityMap": None,
    "parameters": None,
    "deadline": "",
    "stopTimeout": "",
}


class Job(Wire):
    """One attempt at running an action. All keys are always present, in this order."""

    model_config = ConfigDict(json_schema_extra={"examples": [JOB_EXAMPLE]})

    id: str
    retry_from_id: Annotated[str, Field(alias="retryFromID", description="The original's id in a chain of retries.")]
    worker_id: Annotated[str, Field(alias="workerID", description="Empty until a worker has claimed it.")]
    status: StatusWord
    scheduled_at: Time
    last_updated: Time
    action: str
    retries_left: int
    retries_total: int
    capacity_map: dict[str, int] | None
    parameters: Annotated[dict[str, Any] | None, Field(description="`***` stands for one that is secret.")]
    deadline: str
    stop_timeout: str


class JobList(Wire):
    jobs: list[Job]


class Attempt(Wire):
    """One row of a chain of retries."""

    id: str
    number: int
    worker_id: Annotated[str, Field(alias="workerID")]
    status: StatusWord
    started_at: Time | None
    ended_at: Time | None


class JobDetail(Wire):
    """What Job's 13 keys leave out."""

    number: Annotated[int, Field(description="Orders arrival; /api/v1.0's id.")]
    priority: int
    locks: list[LockNeed] | None
    next: dict[str, Any] | None
    comment: str | None
    ticket_ref: str | None
    scheduled_by: str | None
    started_at: Time | None
    ended_at: Time | None
    attempts: Annotated[list[Attempt], Field(description="The whole chain of retries, the original first.")]
    canceled_by: str | None
    cancel_reason: str | None


class JobResult(Wire):
    """What the action returned or raised, and how far it is."""

    result: Any
    exception: dict[str, Any] | None
    finished: Annotated[list[str] | None, Field(description="Devices that are done; null before the start.")]
    total: int | None


class WaitingReason(Wire):
    """One thing that keeps a job from starting."""

    code: Annotated[
        str,
        Field(
            description="READY when only a free slot's next look is missing, BACKOFF before a retry, "
            "ACTION_PAUSED or CLASS_PAUSED until somebody resumes it, RESUMED until the workers have seen that."
        ),
    ]
    text: str
    by: Annotated[str | None, Field(description="The job that stands in the way.")]


class WaitingReasons(Wire):
    """Empty for a job that does not wait."""

    reasons: list[WaitingReason]


class LogLine(Wire):
    data: str
    line_num: int


class LogLines(RootModel[list[LogLine]]):
    """The answer is the array itself."""


class CancelBody(ReasonBody):
    """May be left out altogether."""

    force: Annotated[bool, Field(description="Kill a running job at once, without its stopTimeout.")] = False
