"""Why a job waits, each reason with the way to what stands there."""

from dataclasses import dataclass

from django.urls import reverse

from jobs.engine.waiting import Reason, waiting_reasons
from jobs.models import Job
from jobsite.console.base.links import job_url, lock_url

# Of many workers that are full, a few say it.
MOST_REASONS = 5
_WORKERS = ("the workers", "admin:workers_worker_changelist")
_PAUSES = ("what is paused", "admin:jobs_pause_changelist")
_PLACES = {
    **dict.fromkeys(
        ("NO_WORKER", "NO_SUCH_CAPACITY", "TOO_BIG", "WORKER_DRAINING", "SLOTS_BUSY", "CAPACITY_FULL", "KEPT_FREE"),
        _WORKERS,
    ),
    **dict.fromkeys(("ACTION_PAUSED", "CLASS_PAUSED"), _PAUSES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`ways`: words and addresses of what is in the way."""

    text: str
    ways: list[tuple[str, str]]


def why_it_waits(job: Job) -> tuple[list[Why], int]:
    """The first reasons, and how many more there are."""
    reasons = waiting_reasons(job)
    shown = reasons[:MOST_REASONS]
    numbers = dict(Job.objects.filter(uuid__in=[one.by for one in shown if one.by]).values_list("uuid", "pk"))
    by_text = {str(uuid): number for uuid, number in numbers.items()}
    return [Why(text=one.text, ways=_ways(one, job, by_text)) for one in shown], len(reasons) - len(shown)


def _ways(reason: Reason, job: Job, numbers: dict[str, int]) -> list[tuple[str, str]]:
    found = []
    if reason.by in numbers:
        number = numbers[reason.by or ""]
        found.append((f"job {number}", job_url(number)))
    if reason.code.startswith("LOCK_") and job.blocked_by:
        found.append((f"lock {job.blocked_by}", lock_url(job.blocked_by)))
    if reason.code in _PLACES:
        words, name = _PLACES[reason.code]
        found.append((words, reverse(name)))
    return found
