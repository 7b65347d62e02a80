"""Workers, and the capacity that a person gives one."""

from typing import Annotated, Literal

from pydantic import Field

from jobsite.api.v0.schemas.common import CapacityMap, ReasonBody, Time, Wire


class Worker(Wire):
    """Alive as long as its heartbeats come before heartbeatExpiration."""

    id: str
    status: Literal["running", "draining", "stopped", "dead"]
    capacity_map: dict[str, int]
    heartbeat_expiration: Time


class WorkerList(Wire):
    workers: list[Worker]


class CapacityBody(ReasonBody):
    """The whole map is replaced; null is what the worker was started with."""

    capacity_map: Annotated[CapacityMap | None, Field(examples=[{"scan": 2}])]
