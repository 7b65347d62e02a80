"""How many jobs wait, and for what, and how many run: each count by an index of its own, up to a cap."""

from dataclasses import dataclass

from django.urls import reverse

from jobs.models import Job
from jobs.states import Status
from jobsite.console.dashboard.counted import Count, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    name: str
    words: str
    count: Count
    url: str


def states() -> list[State]:
    waiting, running = (_list(status) for status in (Status.WAITING, Status.RUNNING))
    canceling = _list(Status.CANCEL_REQUEST)
    jobs = Job.objects.all()
    return [
        State(
            name="ready", words="waits for a free slot or capacity", count=counted(jobs.filter(ready=True)), url=waiting
        ),
        State(
            name="in line",
            words="waits for a lock",
            count=counted(jobs.filter(blocked_by__isnull=False, paused=False)),
            url=waiting,
        ),
        State(
            name="scheduled", words="waits for its time", count=counted(jobs.filter(due_at__isnull=False)), url=waiting
        ),
        State(
            name="paused",
            words="waits for its action to be resumed",
            count=counted(jobs.filter(status=Status.WAITING, paused=True)),
            url=waiting,
        ),
        State(
            name="running",
            words="on a worker",
            count=counted(jobs.filter(occupies=True, status=Status.RUNNING)),
            url=running,
        ),
        State(
            name="canceling",
            words="asked to stop, not ended yet",
            count=counted(jobs.filter(occupies=True, status=Status.CANCEL_REQUEST)),
            url=canceling,
        ),
    ]


def _list(status: Status) -> str:
    return f"{reverse('admin:jobs_job_changelist')}?status__exact={status}"
