"""Rows to the dialect's objects: which keys, in which order, and how times are written."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from jobs.models import Job
from jobs.seal.form import masked
from jobs.states import Status

RESURRECTED = "worker_resurrection"


class JobRow(NamedTuple):
    """What the 13 keys are made of. The fields are those of JOB_COLUMNS, in their order."""

    id: int
    uuid: UUID
    original: UUID | None
    worker: str | None
    status: str
    late_result_at: datetime | None
    scheduled_at: datetime
    status_changed_at: datetime
    action: str
    retries_left: int
    retries_total: int
    capacity_map: dict[str, int] | None
    parameters: dict[str, Any] | None
    deadline: str
    stop_timeout: str


# Nothing that is not sent is read: a result may be a megabyte.
JOB_COLUMNS = (
    "id",
    "uuid",
    "retry_from__uuid",
    "worker__hex_id",
    "status",
    "late_result_at",
    "scheduled_at",
    "status_changed_at",
    "action",
    "retries_left",
    "retries_total",
    "capacity_map",
    "parameters",
    "deadline_text",
    "stop_timeout_text",
)


def row_of(job: Job) -> JobRow:
    """The row of a job that is at hand, without reading it again."""
    related = {
        "retry_from__uuid": job.retry_from and job.retry_from.uuid,
        "worker__hex_id": job.worker and job.worker.hex_id,
    }
    return JobRow._make(related[name] if name in related else getattr(job, name) for name in JOB_COLUMNS)


def job_object(row: JobRow) -> dict[str, Any]:
    """Job's 13 keys."""
    return {
        "id": str(row.uuid),
        "retryFromID": str(row.original or row.uuid),
        "workerID": row.worker or "",
        "status": shown_status(row.status, row.late_result_at),
        "scheduledAt": rfc3339(row.scheduled_at),
        "lastUpdated": rfc3339(row.status_changed_at),
        "action": row.action,
        "retriesLeft": row.retries_left,
        "retriesTotal": row.retries_total,
        "capacityMap": row.capacity_map,
        "parameters": masked(row.parameters),
        "deadline": row.deadline,
        "stopTimeout": row.stop_timeout,
    }


def shown_status(status: str, late_result_at: datetime | None) -> str:
    """A dead worker that came back is a mark on the row, and a status of its own in this dialect."""
    return RESURRECTED if status == Status.WORKER_DEAD and late_result_at is not None else str(status)


def rfc3339(moment: datetime) -> str:
    """UTC with `Z`, the fraction only as long as needed, milliseconds at most."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".") + "Z" if "." in text else text + "Z"


def whole_seconds(moment: datetime) -> str:
    """UTC with `Z`, without a fraction."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def optional_time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
