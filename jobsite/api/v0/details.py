"""What Job's 13 keys leave out: `/detail`, `/result` and `/waiting`."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import Q

from jobs.engine.errors import NoSuchJob
from jobs.engine.waiting import COLUMNS, waiting_reasons
from jobs.models import Job
from jobs.seal.form import masked
from jobsite.api.v0.wire import lock_needs, optional_time, shown_status

_DETAIL = (
    "priority",
    "locks",
    "next",
    "comment",
    "ticket_ref",
    "scheduled_by",
    "started_at",
    "ended_at",
    "canceled_by",
    "cancel_reason",
)
_ATTEMPT = ("uuid", "pk", "worker__hex_id", "status", "late_result_at", "started_at", "ended_at")


def detail_object(uuid: UUID) -> dict[str, Any]:
    """`/detail`: the row's other columns, and the whole chain of its retries. Raises NoSuchJob."""
    row = Job.objects.filter(uuid=uuid).values("pk", "retry_from_id", *_DETAIL).first()
    if row is None:
        raise NoSuchJob(str(uuid))
    return {
        "number": row["pk"],
        "priority": row["priority"],
        "locks": lock_needs(row["locks"]),
        "next": masked(row["next"]),
        "comment": row["comment"],
        "ticketRef": row["ticket_ref"],
        "scheduledBy": row["scheduled_by"],
        "startedAt": optional_time(row["started_at"]),
        "endedAt": optional_time(row["ended_at"]),
        "attempts": _attempts(row["retry_from_id"] or row["pk"]),
        "canceledBy": row["canceled_by"],
        "cancelReason": row["cancel_reason"],
    }


def result_object(uuid: UUID) -> dict[str, Any]:
    """`/result`: what the action returned or raised, and how far it is. Raises NoSuchJob."""
    columns = ("result", "exception", "finished", "progress_total")
    row = Job.objects.filter(uuid=uuid).values_list(*columns).first()
    if row is None:
        raise NoSuchJob(str(uuid))
    return dict(zip(("result", "exception", "finished", "total"), row, strict=True))


def waiting_object(uuid: UUID) -> dict[str, Any]:
    """`/waiting`: why the job has not started. Raises NoSuchJob."""
    job = Job.objects.only(*COLUMNS).filter(uuid=uuid).first()
    if job is None:
        raise NoSuchJob(str(uuid))
    return {"reasons": [asdict(reason) for reason in waiting_reasons(job)]}


def _attempts(original: int) -> list[dict[str, Any]]:
    chain = Job.objects.filter(Q(pk=original) | Q(retry_from=original)).order_by("pk")
    return [
        {
            "id": str(uuid),
            "number": number,
            "workerID": worker or "",
            "status": shown_status(status, late_result_at),
            "startedAt": optional_time(started_at),
            "endedAt": optional_time(ended_at),
        }
        for uuid, number, worker, status, late_result_at, started_at, ended_at in chain.values_list(*_ATTEMPT)
    ]
