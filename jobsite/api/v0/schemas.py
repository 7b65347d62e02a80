"""The dialect's objects as the API description shows them, and the body of a submission as it is read."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel
from pydantic.alias_generators import to_camel

from jobs.engine.submission import ACTION_NAME
from jobs.states import Status
from jobsite.api.v0.wire import RESURRECTED

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

StatusWord = Annotated[str, Field(json_schema_extra={"enum": [*Status.values, RESURRECTED]})]
Time = Annotated[str, Field(description="RFC 3339, UTC, milliseconds at most.", examples=["2018-04-21T09:45:02.709Z"])]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", populate_by_name=True)


class LockNeed(BaseModel):
    """A lock that a job takes when it starts."""

    model_config = ConfigDict(strict=True, extra="ignore")

    name: str
    mode: Literal["exclusive", "shared"] = "exclusive"


class Job(_Wire):
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
    parameters: dict[str, Any] | None
    deadline: str
    stop_timeout: str


class JobList(_Wire):
    jobs: list[Job]


class Attempt(_Wire):
    """One row of a chain of retries."""

    id: str
    number: int
    worker_id: Annotated[str, Field(alias="workerID")]
    status: StatusWord
    started_at: Time | None
    ended_at: Time | None


class JobDetail(_Wire):
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


class JobResult(_Wire):
    """What the action returned or raised, and how far it is."""

    result: Any
    exception: dict[str, Any] | None
    finished: Annotated[list[str] | None, Field(description="Devices that are done; null before the start.")]
    total: int | None


class WaitingReason(_Wire):
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


class WaitingReasons(_Wire):
    """Empty for a job that does not wait."""

    reasons: list[WaitingReason]


class LogLine(_Wire):
    data: str
    line_num: int


class LogLines(RootModel[list[LogLine]]):
    """The answer is the array itself."""


class LockHolder(_Wire):
    """A job that has the lock."""

    job_id: Annotated[str, Field(alias="jobID")]
    action: str
    status: StatusWord
    worker_id: Annotated[str, Field(alias="workerID")]
    worker: Annotated[str, Field(description="The worker's name.")]
    mode: Literal["exclusive", "shared"]
    fence: int
    acquired_at: Time
    alive: Annotated[bool, Field(description="It runs, and its worker's lease holds.")]
    stuck: Annotated[str | None, Field(description="Why it seems to get nowhere; null if it does not.")]
    being_killed: Annotated[bool, Field(description="A clear was forced; the lock is free once its worker confirms.")]


class Lock(_Wire):
    """A lock that some job has wanted."""

    name: str
    fence: Annotated[int, Field(description="Rises with each acquisition, also over releases.")]
    holders: Annotated[list[LockHolder], Field(description="One if exclusive; empty if the lock is free.")]
    waiting: Annotated[int, Field(description="Jobs in line; 1000 stands for 1000 or more.")]


class LockList(_Wire):
    locks: list[Lock]


class LockWaiter(_Wire):
    """A job that waits for the lock."""

    job_id: Annotated[str, Field(alias="jobID")]
    action: str
    mode: Literal["exclusive", "shared"]
    priority: int
    scheduled_at: Time
    scheduled_by: str | None
    called: Annotated[bool, Field(description="It is next: only a free slot's look is missing.")]


class LockDetail(Lock):
    waiters: Annotated[list[LockWaiter], Field(description="The first hundred, in the order of the line.")]


class LockChange(_Wire):
    """What has become of it: `free`, or `stopping` while its holder still runs: GET the lock until it is free."""

    state: Literal["free", "stopping"]
    lock: Lock


class ClearBody(BaseModel):
    """Why the lock is freed by hand. Unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    reason: Annotated[str, Field(min_length=1, max_length=1000, description="Kept in the audit.")]
    force: Annotated[bool, Field(description="Have a live holder killed; needs the permission for it.")] = False


class FreeBody(BaseModel):
    """Why the holder is canceled. Unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    reason: Annotated[str, Field(min_length=1, max_length=1000, description="Kept in the audit.")]
    retry: Annotated[bool, Field(description="Run its job once more when it has ended.")] = False


class Worker(_Wire):
    """Alive as long as its heartbeats come before heartbeatExpiration."""

    id: str
    status: Literal["running", "draining", "stopped", "dead"]
    capacity_map: dict[str, int]
    heartbeat_expiration: Time


class WorkerList(_Wire):
    workers: list[Worker]


class Action(_Wire):
    """An action that jobs can name; `parameters` is a JSON schema, `locks` null if they depend on the parameters."""

    name: str
    description: str
    parameters: dict[str, Any]
    capacity_map: dict[str, int] | None
    locks: list[LockNeed] | None
    paused: bool


class ActionList(_Wire):
    actions: list[Action]


class CapacityClass(_Wire):
    """The jobs that have the same needs; its name is that of its queue."""

    name: str
    capacity_map: dict[str, int]
    paused: bool


class ClassList(_Wire):
    classes: list[CapacityClass]


class Cron(_Wire):
    """A schedule that makes jobs. All keys are always present, in this order; the first nine are the original's."""

    id: str
    action: str
    schedule: str
    retries: int
    capacity_map: dict[str, int] | None
    parameters: dict[str, Any] | None
    deadline: str
    stop_timeout: str
    next_run: Annotated[Time | None, Field(description="Whole seconds, in the future; null only while disabled.")]
    name: str
    timezone: str
    misfire: Literal["skip", "once", "all"]
    grace_seconds: int
    overlap: Literal["allow", "forbid", "replace"]
    enabled: bool
    priority: int
    locks: list[LockNeed] | None
    last_run: Annotated[Time | None, Field(description="The last due second that made a job.")]


class CronList(_Wire):
    crons: list[Cron]


class CronBody(BaseModel):
    """`action` and `schedule` are required; what is not sent has its default, also where a cron is replaced."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")

    action: Annotated[str, Field(pattern=rf"^{ACTION_NAME.pattern}$")]
    schedule: Annotated[
        str,
        Field(
            description="`sec min hour day-of-month month day-of-week`, or a macro as @daily or @every 90s.",
            examples=["57 54 3 * * *"],
        ),
    ]
    name: Annotated[str | None, Field(description="The action's unless sent; a cron of this name is replaced.")] = None
    timezone: Annotated[str | None, Field(description="UTC unless sent.", examples=["Europe/Berlin"])] = None
    misfire: Annotated[
        str | None, Field(description="What becomes of runs that were missed: skip, once (the default), all.")
    ] = None
    grace_seconds: Annotated[
        int | None, Field(description="A run that was missed for longer than that is skipped; 3600 unless sent.")
    ] = None
    overlap: Annotated[
        str | None, Field(description="While a job of it has not ended: allow (the default), forbid, replace.")
    ] = None
    enabled: bool | None = None
    retries: int | None = None
    capacity_map: dict[str, int] | None = None
    parameters: dict[str, Any] | None = None
    deadline: Annotated[str | None, Field(description="Go duration, counted from the start.", examples=["1h30m"])] = (
        None
    )
    stop_timeout: Annotated[str | None, Field(description="Go duration from SIGTERM to SIGKILL.")] = None
    priority: Annotated[int | None, Field(description="-100 to 100, higher first.")] = None
    locks: list[LockNeed] | None = None


class Error(BaseModel):
    code: str
    message: str
    detail: dict[str, Any] | None = None


class Errors(BaseModel):
    """The body of every 4xx and 5xx."""

    errors: list[Error]


class ReasonBody(BaseModel):
    """Why, for the audit."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")

    reason: Annotated[str | None, Field(description="For the audit; at most 255 characters.")] = None


class CancelBody(ReasonBody):
    """May be left out altogether."""

    force: Annotated[bool, Field(description="Kill a running job at once, without its stopTimeout.")] = False


class CapacityBody(ReasonBody):
    """The whole map is replaced; null is what the worker was started with."""

    capacity_map: Annotated[dict[str, int] | None, Field(examples=[{"scan": 2}])]


class Follower(BaseModel):
    """A job that follows on the success of another."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")

    action: Annotated[str, Field(pattern=rf"^{ACTION_NAME.pattern}$")]
    parameters: dict[str, Any] | None = None
    retries: int | None = None
    capacity_map: dict[str, int] | None = None
    deadline: Annotated[str | None, Field(description="Go duration, counted from the start.", examples=["1h30m"])] = (
        None
    )
    stop_timeout: Annotated[str | None, Field(description="Go duration from SIGTERM to SIGKILL.")] = None
    scheduled_at: Annotated[str | None, Field(description="RFC 3339; empty is now.")] = None
    priority: Annotated[int | None, Field(description="-100 to 100, higher first.")] = None
    locks: list[LockNeed] | None = None
    next: Annotated["Follower | None", Field(description="What follows on success.")] = None
    comment: str | None = None
    ticket_ref: str | None = None


class SubmissionBody(Follower):
    """Only `action` is required. Unknown keys are ignored; null is the same as not sent."""

    # A class of its own: drf-spectacular would describe one that holds itself by a reference to itself.
