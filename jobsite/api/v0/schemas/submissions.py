"""The body of a submission, as it is read."""

from typing import Annotated, Any

from pydantic import Field

from jobsite.api.v0.schemas.common import ActionName, CapacityMap, LockNeeds, Priority, Retries, Sent


class WhatRuns(Sent):
    """What a job and the jobs of a cron are told alike."""

    action: ActionName
    parameters: dict[str, Any] | None = None
    retries: Retries | None = None
    capacity_map: CapacityMap | None = None
    deadline: Annotated[str | None, Field(description="Go duration, counted from the start.", examples=["1h30m"])] = (
        None
    )
    stop_timeout: Annotated[str | None, Field(description="Go duration from SIGTERM to SIGKILL.")] = None
    priority: Priority | None = None
    locks: LockNeeds | None = None


class Follower(WhatRuns):
    """A job that follows on the success of another."""

    scheduled_at: Annotated[str | None, Field(description="RFC 3339; empty is now.")] = None
    next: Annotated["Follower | None", Field(description="What follows on success.")] = None
    comment: Annotated[str, Field(json_schema_extra={"maxLength": 255})] | None = None
    ticket_ref: Annotated[str, Field(json_schema_extra={"maxLength": 32})] | None = None


class SubmissionBody(Follower):
    """Only `action` is required. Unknown keys are ignored; null is the same as not sent."""

    # A class of its own: drf-spectacular would describe one that holds itself by a reference to itself.
