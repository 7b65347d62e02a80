"""The words of /workers."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from jobsite.api.describing import Describe
from jobsite.api.v0.descriptions.endpoint import endpoint, listing, reading
from jobsite.api.v0.schemas.common import ReasonBody
from jobsite.api.v0.schemas.workers import CapacityBody, Worker, WorkerList

_WORKER_ID = OpenApiParameter("worker_id", str, OpenApiParameter.PATH, description="12 hex digits.")
_WORKER_EXAMPLE = {
    "id": "000000000000",
    "status": "running",
    "capacityMap": {"scan": 1, "scanCheck": 1},
    "heartbeatExpiration": "2017-02-18T00:51:02Z",
}


def _of_worker(
    operation: str,
    summary: str,
    body: Any = ReasonBody,
    example: Any = None,
    errors: tuple[int, ...] = (400, 404, 409),
) -> Describe:
    """A verb on one worker, which answers the worker."""
    return endpoint(
        operation,
        summary,
        Worker,
        _WORKER_EXAMPLE,
        status=202,
        errors=errors,
        request=body,
        examples=[OpenApiExample("Body", example or {"reason": "the disk is changed"}, request_only=True)],
        parameters=[_WORKER_ID],
    )


WORKERS: dict[str, Describe] = {
    "list": listing("workers_list", "List workers, the running ones first", WorkerList, {"workers": [_WORKER_EXAMPLE]}),
    "retrieve": reading("workers_read", "One worker", Worker, _WORKER_EXAMPLE, _WORKER_ID),
    "drain": _of_worker("workers_drain", "Run what it has and claim nothing more, until undrained or started anew"),
    "undrain": _of_worker("workers_undrain", "Claim again, after a drain"),
    "capacity": _of_worker(
        "workers_capacity",
        "Replace what it holds; survives its restarts, and takes effect at its slots' next claim",
        CapacityBody,
        {"capacityMap": {"scan": 2}},
        errors=(400, 404),
    ),
}
