"""The dialect's objects as the API description shows them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from jobsite.api.v1.wire import STATUSES

JOB_EXAMPLE: dict[str, JsonValue] = {
    "id": 101,
    "status": "FINISHED",
    "scheduled_time": "2019-12-05T13:06:03.319761",
    "start_time": "2019-12-05T13:06:03.375200",
    "finish_time": "2019-12-05T13:06:05.775562",
    "function_name": "sync_devices (dry_run)",
    "scheduled_by": "ann",
    "comment": None,
    "ticket_ref": None,
    "next_job_id": None,
    "result": {
        "devices": {
            "eosdist": {
                "failed": False,
                "job_tasks": [
                    {"diff": "", "failed": False, "result": None, "task_name": "push_sync_device"},
                    {
                        "diff": "",
                        "failed": False,
                        "result": "hostname eosdist\n...",
                        "task_name": "Generate device config",
                    },
                    {
                        "diff": "@@ -16,8 +16,6 @@\n ...",
                        "failed": False,
                        "result": None,
                        "task_name": "Sync device config",
                    },
                ],
            }
        }
    },
    "exception": None,
    "finished_devices": ["eosdist"],
    "change_score": 21,
    "start_arguments": {"hostname": "eosdist", "dry_run": True},
}
LOCK_EXAMPLE: dict[str, JsonValue] = {
    "job_id": 101,
    "name": "devices",
    "start_time": "2019-12-05T13:06:03.375200",
    "abort": False,
    "worker": "w1",
    "holder_alive": True,
    "mode": "exclusive",
    "fence": 7,
    "expires": "2019-12-05T13:06:18.375200",
    "waiters": 0,
}

StatusWord = Annotated[str, Field(json_schema_extra={"enum": list(STATUSES)})]
Time = Annotated[str, Field(description="Naive UTC with microseconds.", examples=["2019-12-05T13:06:03.319761"])]
Success = Literal["success"]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JobError(_Wire):
    """What an action raised, or what happened to it."""

    message: str
    type: str
    args: Annotated[list[str], Field(min_length=1)]
    traceback: str


class Job(_Wire):
    """One attempt at running an action. All keys are always present, in this order."""

    id: int
    status: StatusWord
    scheduled_time: Time
    start_time: Time | None
    finish_time: Time | None
    function_name: Annotated[str, Field(description="The action, with ` (dry_run)` behind it for a dry run.")]
    scheduled_by: str | None
    comment: Annotated[str, Field(max_length=255)] | None
    ticket_ref: Annotated[str, Field(max_length=32)] | None
    next_job_id: Annotated[int | None, Field(description="The job that follows: a chained step, or the retry.")]
    result: Annotated[Any, Field(description="`devices` by name for jobs about devices; else any JSON.")]
    exception: JobError | None
    finished_devices: Annotated[list[str] | None, Field(description="null before the start.")]
    change_score: Annotated[int, Field(ge=0, le=100)] | None
    start_arguments: Annotated[dict[str, Any] | None, Field(description="`***` stands for one that is secret.")]


class Jobs(_Wire):
    jobs: list[Job]


class JobsAnswer(_Wire):
    """A list of jobs; of one for a single job."""

    status: Success
    data: Jobs


class Lock(_Wire):
    """One holder of a lock; a shared lock has several."""

    job_id: int
    name: str
    start_time: Time
    abort: Annotated[bool, Field(description="The job was asked to stop.")]
    worker: str | None
    holder_alive: bool
    mode: Literal["exclusive", "shared"]
    fence: int
    expires: Annotated[Time | None, Field(description="When its worker's lease ends unless it is renewed.")]
    waiters: Annotated[int, Field(description="Jobs in line; not counted beyond 1000.")]


class Locks(_Wire):
    locks: list[Lock]


class LocksAnswer(_Wire):
    status: Success
    data: Locks


class ClearedLock(_Wire):
    name: str
    status: Annotated[Literal["deleted", "stopping"], Field(description="`stopping`: its holder is being killed.")]


class ClearedAnswer(_Wire):
    status: Success
    data: ClearedLock


class StartedAnswer(_Wire):
    """The job that was started."""

    status: Success
    data: str
    job_id: int


class Version(_Wire):
    version: str
    git_version: Annotated[str, Field(description="The commit; empty where it is not known.")]


class VersionAnswer(_Wire):
    status: Success
    data: Version


class Error(_Wire):
    """The body of every 4xx and 5xx."""

    errorCode: Annotated[str | None, Field(description="Only `auth_expired`.")] = None  # noqa: N815 - the wire's name
    status: Literal["error"]
    message: str


class ChangeBody(BaseModel):
    """What to do with a job."""

    action: Annotated[str, Field(description="`ABORT`")]
    abort_reason: Annotated[
        Any, Field(description="Text; its first 255 characters are kept. For anything else a default stands.")
    ] = None


class ClearBody(BaseModel):
    """Which lock to clear. Other keys are ignored."""

    name: Annotated[str, Field(min_length=1)]
    force: Annotated[bool, Field(description="Have a live holder killed; needs locks.force_lock.")] = False
    reason: Annotated[str | None, Field(description="Kept in the audit; the first 1000 characters.")] = None


class _StartBody(BaseModel):
    """Other keys are accepted, ignored, and named in the job's log."""

    model_config = ConfigDict(extra="allow")

    hostname: str | None = None
    group: str | None = None
    comment: Annotated[str, Field(max_length=255)] | None = None
    ticket_ref: Annotated[str, Field(max_length=32)] | None = None


class SyncBody(_StartBody):
    """Exactly one of hostname, group and all. Other keys are accepted, ignored, and named in the job's log."""

    all: Annotated[bool | Literal[0, 1] | str, Field(description='Text is read as `"true"` or `"false"`.')] = False
    dry_run: Annotated[Any, Field(description="Only JSON `false` writes; any other value is a dry run.")] = True


class UpgradeBody(_StartBody):
    """Exactly one of hostname and group. Other keys are accepted, ignored, and named in the job's log."""

    url: Annotated[str, Field(description="The name of an image below JOBSITE_HOME/examples/firmware.")]
    start_at: Annotated[str | None, Field(description="YYYY-MM-DD HH:MM:SS, UTC; now if not sent.")] = None
