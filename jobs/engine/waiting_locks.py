"""waiting: the locks that a job waits for, in words, by the conditions of its acquisition."""

from dataclasses import dataclass

from django.db.models import Q

from jobs.engine.lines import names_of
from jobs.engine.lock_sql import AHEAD, IN_FRONT
from jobs.engine.rows import django_rows
from jobs.models import Job
from locks.models import JobLock

# A longer line is not counted to its end.
MOST_AHEAD = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """As a Reason of waiting.py."""

    code: str
    text: str
    by: str | None


def lock_in_the_way(job: Job) -> InTheWay | None:
    """The lock that this job can not have now; None if it wants none, or could start."""
    if not job.locks:
        return None
    holder = _excluding(job)
    if holder is not None:
        ahead = f", {_ahead(job)} ahead in line" if job.blocked_by == holder.lock_id else ""
        return InTheWay(code="LOCK_HELD", text=f"{_held(holder)}{ahead}", by=str(holder.job.uuid))
    front = _in_front(job)
    if job.blocked_by is None:
        return front
    # Nobody holds it who excludes this job: it is about to be woken, or somebody better is.
    text = f"{_ahead(job)} ahead in line for lock {job.blocked_by}, which nobody holds now who excludes this job"
    return InTheWay(code="LOCK_IN_LINE", text=text, by=_woken_before(job) or (front.by if front else None))


def _excluding(job: Job) -> JobLock | None:
    """A holder that keeps this job out, of the lock in whose line it stands if there is one."""
    names = names_of(job)
    alone = [lock["name"] for lock in job.locks or [] if lock["mode"] == "exclusive"]
    holders = JobLock.objects.filter(Q(lock__in=names, mode="exclusive") | Q(lock__in=alone))
    rows = list(
        holders.select_related("job__worker").only("lock", "acquired_at", "job__uuid", "job__worker__name")[:50]
    )
    return min(rows, key=lambda row: (row.lock_id != job.blocked_by, row.lock_id, row.acquired_at), default=None)


def _held(holder: JobLock) -> str:
    worker = f" on worker {holder.job.worker.name}" if holder.job.worker else ""
    since = f"{holder.acquired_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"lock {holder.lock_id} held by job {holder.job.uuid}{worker} since {since}"


def _ahead(job: Job) -> str:
    [(count,)] = django_rows(AHEAD, {"job": job.pk, "limit": MOST_AHEAD})
    return str(count) if count < MOST_AHEAD else f"{MOST_AHEAD} or more"


def _woken_before(job: Job) -> str | None:
    """Who was woken from this line and has not started yet: of its class nobody else is, until then."""
    woken = Job.objects.filter(ready=True, woken_for=job.blocked_by, capacity_class_id=job.capacity_class_id)
    found = woken.values_list("uuid", flat=True).first()
    return None if found is None else str(found)


def _in_front(job: Job) -> InTheWay | None:
    """The best in a line that this job may not pass. Of one that was woken, somebody who has come into it since."""
    found = django_rows(IN_FRONT, {"job": job.pk})
    if not found:
        return None
    [(uuid, name)] = found
    return InTheWay(code="LOCK_IN_LINE", text=f"job {uuid} goes first for lock {name}", by=str(uuid))
