"""Crons, and the body that saves one, as it is read."""

from typing import Annotated, Any, Literal

from pydantic import Field

from jobsite.api.v0.schemas.common import LockNeed, Time, Wire
from jobsite.api.v0.schemas.submissions import WhatRuns


class Cron(Wire):
    """A schedule that makes jobs. All keys are always present, in this order; the first nine are the original's."""

    id: str
    action: str
    schedule: str
    retries: int
    capacity_map: dict[str, int] | None
    parameters: Annotated[dict[str, Any] | None, Field(description="`***` stands for one that is secret.")]
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


class CronList(Wire):
    crons: list[Cron]


class CronBody(WhatRuns):
    """`action` and `schedule` are required; what is not sent has its default, also where a cron is replaced."""

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
    parameters: Annotated[
        dict[str, Any] | None,
        Field(description="`***` for a secret of the cron that is replaced, if its action stays, leaves it as it is."),
    ] = None
