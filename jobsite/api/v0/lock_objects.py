"""Locks as the dialect shows them."""

from typing import Any

from jobs.lock_report import Holder, LockReport, report, waiters
from jobs.models import Job
from jobsite.api.v0.wire import optional_time
from locks.models import LockName


def lock_object(lock: LockReport) -> dict[str, Any]:
    """One entry of GET /locks."""
    return {
        "name": lock.name,
        "fence": lock.fence,
        "holders": [_holder(holder) for holder in lock.holders],
        "waiting": lock.waiting,
    }


def detail_object(lock: LockName) -> dict[str, Any]:
    """GET /locks/{name}: with the first of its line."""
    [found] = report([lock])
    return {**lock_object(found), "waiters": [_waiter(job, lock.name) for job in waiters(lock.name)]}


def _holder(holder: Holder) -> dict[str, Any]:
    worker = holder.job.worker
    return {
        "jobID": str(holder.job.uuid),
        "action": holder.job.action,
        "status": holder.job.status,
        "workerID": worker.hex_id if worker else "",
        "worker": worker.name if worker else "",
        "mode": holder.mode,
        "fence": holder.fence,
        "acquiredAt": optional_time(holder.acquired_at),
        "alive": holder.alive,
        "stuck": holder.stuck or None,
        "beingKilled": holder.job.forced_at is not None,
    }


def _waiter(job: Job, name: str) -> dict[str, Any]:
    return {
        "jobID": str(job.uuid),
        "action": job.action,
        "mode": next((lock["mode"] for lock in job.locks or [] if lock["name"] == name), "exclusive"),
        "priority": job.priority,
        "scheduledAt": optional_time(job.scheduled_at),
        "scheduledBy": job.scheduled_by,
        "called": job.blocked_by is None,
    }
