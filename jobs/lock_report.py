"""What there is to say of a lock: who holds it, whether that is alive or stuck, and who waits. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from jobs.engine.lock_sql import FIRST_WAITERS, LENGTHS, WAITERS
from jobs.engine.overdue import cancel_overdue, grace
from jobs.engine.rows import django_rows
from jobs.models import Job, JobLog
from locks.models import JobLock, LockName
from workers.models import WorkerState

# Longer lines are not counted to their end, nor shown.
MOST_WAITERS = 1000
SHOWN_WAITERS = 100
FIRST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A job that has the lock. `stuck` says why it seems to get nowhere, "" if it does not.

    `seen_at`: the database's clock when this was read. `overdue`: its cancel should have ended it by now.
    """

    job: Job
    mode: str
    fence: int
    acquired_at: datetime
    alive: bool
    overdue: bool
    stuck: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LockReport:
    """`waiting` is exact below MOST_WAITERS."""

    name: str
    fence: int
    holders: list[Holder]
    waiting: int


def report(locks: Iterable[LockName]) -> list[LockReport]:
    """Of these locks, in two queries."""
    rows = list(locks)
    names = [row.name for row in rows]
    holding: dict[str, list[Holder]] = {name: [] for name in names}
    for lock in _held(names):
        holding[lock.lock_id].append(_holder(lock))
    lengths: dict[str, int] = dict(django_rows(LENGTHS, {"names": names, "limit": MOST_WAITERS}))
    return [
        LockReport(name=row.name, fence=row.fence, holders=holding[row.name], waiting=lengths[row.name]) for row in rows
    ]


def waiters(name: str) -> list[Job]:
    """The first in line, in its order; one that was woken and has not started yet comes first. In two queries."""
    ids = [id_ for (id_,) in django_rows(WAITERS, {"name": name, "limit": SHOWN_WAITERS})]
    found = _in_line(ids)
    return [found[id_] for id_ in ids if id_ in found]


def first_waiters(names: Iterable[str]) -> dict[str, list[Job]]:
    """The first FIRST_SHOWN of the line for each of these locks, in its order. In two queries."""
    wanted = list(names)
    rows = django_rows(FIRST_WAITERS, {"names": wanted, "limit": FIRST_SHOWN})
    found = _in_line([id_ for _, id_ in rows])
    lines: dict[str, list[Job]] = {name: [] for name in wanted}
    for name, id_ in rows:
        if id_ in found:
            lines[name].append(found[id_])
    return lines


def _in_line(ids: list[int]) -> dict[int, Job]:
    columns = ("uuid", "action", "priority", "scheduled_at", "locks", "blocked_by", "scheduled_by")
    return Job.objects.only(*columns).in_bulk(ids)


def is_alive(job: Job, now: datetime) -> bool:
    """It runs, on a worker of the same boot whose lease holds: the opposite of what a rescue ends."""
    worker = job.worker
    if not job.occupies or worker is None or worker.state not in {WorkerState.RUNNING, WorkerState.DRAINING}:
        return False
    return worker.lease_until > now and (job.slot or "").startswith(f"{worker.boot_id}:")


def stuck(job: Job, *, alive: bool, heard_at: datetime | None, now: datetime) -> str:
    """Why a person may want to look at this holder; "" for no reason."""
    if not alive:
        return "its worker is gone; the next rescue ends it"
    if cancel_overdue(job, now):
        return f"it was asked to stop {_since(job.status_changed_at, now)} ago and has not"
    started_at = job.started_at or now
    if job.deadline is not None and started_at + job.deadline + grace(job) < now:
        return f"its deadline was over {_since(started_at + job.deadline, now)} ago"
    last = max(filter(None, (started_at, heard_at, job.reported_at)))
    return f"no word of it for {_since(last, now)}" if last + settings.LOCK_SILENT < now else ""


def _held(names: list[str]) -> "QuerySet[Any]":
    last_line = JobLog.objects.filter(job=OuterRef("job_id")).order_by("-line_number").values("logged_at")[:1]
    job = (
        *("uuid", "action", "status", "status_changed_at", "started_at", "slot", "occupies"),
        *("stop_timeout", "deadline", "reported_at", "forced_at"),
    )
    worker = ("name", "hex_id", "state", "boot_id", "lease_until", "heartbeat_at")
    rows = JobLock.objects.filter(lock__in=names).select_related("job__worker").order_by("lock", "fence")
    return rows.annotate(now=Now(), heard_at=Subquery(last_line)).only(
        "lock",
        "mode",
        "fence",
        "acquired_at",
        *(f"job__{name}" for name in job),
        *(f"job__worker__{name}" for name in worker),
    )


def _holder(lock: Any) -> Holder:
    alive = is_alive(lock.job, lock.now)
    return Holder(
        job=lock.job,
        mode=lock.mode,
        fence=lock.fence,
        acquired_at=lock.acquired_at,
        alive=alive,
        seen_at=lock.now,
        overdue=cancel_overdue(lock.job, lock.now),
        stuck=stuck(lock.job, alive=alive, heard_at=lock.heard_at, now=lock.now),
    )


def _since(moment: datetime, now: datetime) -> str:
    seconds = int((now - moment).total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
