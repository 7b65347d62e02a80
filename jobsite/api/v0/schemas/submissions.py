"""The body of a submission, as it is read."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from jobs.engine.submission import ACTION_NAME
from jobsite.api.v0.schemas.common import LockNeed


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
