"""Locks whose holder seems to get nowhere."""

from django.urls import reverse

from jobs.lock_report import report
from jobsite.console.base.links import lock_url
from jobsite.console.dashboard.needs.need import Need, named, plural
from locks.models import JobLock, LockName

# A lock is held by a job that runs: there are never more than slots, times the locks of a job.
_MOST = 1000


def stuck_locks() -> list[Need]:
    held = JobLock.objects.order_by().values("lock_id").distinct()[:_MOST]
    stuck = {
        lock.name: holder.stuck
        for lock in report(LockName.objects.filter(name__in=held))
        for holder in lock.holders
        if holder.stuck
    }
    if not stuck:
        return []
    first, why = next(iter(stuck.items()))
    others = f" Also {named(list(stuck)[1:])}." if len(stuck) > 1 else ""
    return [
        Need(
            key="locks",
            tone="bad",
            count=str(len(stuck)),
            title=plural(len(stuck), "stuck lock", "stuck locks"),
            words=f"The holder of {first}: {why}.{others}",
            url=_place(first, alone=len(stuck) == 1),
            link="Lock board" if others else "Free it",
        )
    ]


def _place(first: str, *, alone: bool) -> str:
    """Where they are freed: the page of the one, or the board."""
    return lock_url(first) if alone else reverse("admin:locks_joblock_changelist")
