"""Rows to the dialect's objects: which keys, in which order, which words, and how times are written."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from jobs.seal.form import masked
from jobs.states import Status
from jobsite.api.v1.results import without_tasks

# Of the original's words, those that several of ours come to.
STATUSES: dict[str, tuple[Status, ...]] = {
    "SCHEDULED": (Status.WAITING,),
    "RUNNING": (Status.RUNNING,),
    "FINISHED": (Status.DONE,),
    "EXCEPTION": (Status.ERRORED, Status.TIMEOUT, Status.WORKER_DEAD),
    "ABORTING": (Status.CANCEL_REQUEST,),
    "ABORTED": (Status.CANCELED, Status.WORKER_SHUTDOWN, Status.DELETED),
}
_WORD = {status.value: word for word, statuses in STATUSES.items() for status in statuses}
DEFAULT_REASON = "Aborted via API call"


class JobRow(NamedTuple):
    """What the 15 keys are made of. The fields are those of JOB_COLUMNS, in their order."""

    id: int
    status: str
    scheduled_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    function_name: str
    scheduled_by: str | None
    comment: str | None
    ticket_ref: str | None
    next_job_id: int | None
    result: Any
    exception: dict[str, Any] | None
    finished: list[str] | None
    change_score: int | None
    parameters: dict[str, Any] | None
    canceled_by: str | None
    cancel_reason: str | None


# `function_name` is an annotation of functions.py.
JOB_COLUMNS = JobRow._fields


def status_word(status: str) -> str:
    """The original's word for one of ours."""
    return _WORD[status]


def job_object(row: JobRow, *, without: Collection[str] = ()) -> dict[str, Any]:
    """Job's 15 keys; `without` names parts of results to leave out."""
    return {
        "id": row.id,
        "status": status_word(row.status),
        "scheduled_time": naive_utc(row.scheduled_at),
        "start_time": optional_time(row.started_at),
        "finish_time": optional_time(row.ended_at),
        "function_name": row.function_name,
        "scheduled_by": row.scheduled_by,
        "comment": row.comment,
        "ticket_ref": row.ticket_ref,
        "next_job_id": row.next_job_id,
        "result": without_tasks(_result(row), row.function_name, without),
        "exception": _exception(row),
        "finished_devices": None if row.started_at is None else row.finished or [],
        "change_score": row.change_score,
        "start_arguments": masked(row.parameters),
    }


def naive_utc(moment: datetime) -> str:
    """UTC with microseconds and without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def optional_time(moment: datetime | None) -> str | None:
    return None if moment is None else naive_utc(moment)


def _result(row: JobRow) -> Any:
    """What the action returned; of an aborted job that returned nothing, who wanted that, and why."""
    if row.result is not None or row.status != Status.CANCELED:
        return row.result
    by = f" (aborted by {row.canceled_by})" if row.canceled_by else ""
    return {"message": f"{row.cancel_reason or DEFAULT_REASON}{by}"}


def _exception(row: JobRow) -> dict[str, Any] | None:
    if status_word(row.status) != "EXCEPTION":
        return None
    # JSON in PostgreSQL forgets the order of keys. A status without one is a word for what happened.
    kept = row.exception or {}
    message = kept.get("message") or f"the job ended as {row.status}"
    return {
        "message": message,
        "type": kept.get("type") or row.status,
        "args": kept.get("args") or [message],
        "traceback": kept.get("traceback") or "",
    }
