"""Locks: who holds them, who waits, and what frees them by hand."""

from typing import Annotated, Literal

from pydantic import Field

from jobsite.api.v0.schemas.common import Sent, StatusWord, Time, Wire

# Of why a lock is freed by hand.
LONGEST_REASON = 1000


class LockHolder(Wire):
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


class Lock(Wire):
    """A lock that some job has wanted."""

    name: str
    fence: Annotated[int, Field(description="Rises with each acquisition, also over releases.")]
    holders: Annotated[list[LockHolder], Field(description="One if exclusive; empty if the lock is free.")]
    waiting: Annotated[int, Field(description="Jobs in line; 1000 stands for 1000 or more.")]


class LockList(Wire):
    locks: list[Lock]


class LockWaiter(Wire):
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


class LockChange(Wire):
    """What has become of it: `free`, or `stopping` while its holder still runs: GET the lock until it is free."""

    state: Literal["free", "stopping"]
    lock: Lock


class ClearBody(Sent):
    """Why the lock is freed by hand. Unknown keys are ignored."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, description="Kept in the audit.")]
    force: Annotated[bool, Field(description="Have a live holder killed; needs the permission for it.")] = False


class FreeBody(Sent):
    """Why the holder is canceled. Unknown keys are ignored."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, description="Kept in the audit.")]
    retry: Annotated[bool, Field(description="Run its job once more when it has ended.")] = False
