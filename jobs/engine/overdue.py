"""Whether a job that was asked to stop should have stopped by now."""

from datetime import datetime, timedelta

from jobs.engine.submission import stop_timeout_of
from jobs.models import Job
from jobs.states import Status

# After a job should have been killed: the worker's looks, and their margin.
LATE = timedelta(seconds=5)


def grace(job: Job) -> timedelta:
    """From the moment it is asked to stop until it is surely gone, if its worker does its duty."""
    return stop_timeout_of(job.stop_timeout) + LATE


def cancel_overdue(job: Job, now: datetime) -> bool:
    """It was canceled and is still there. `now` by the database's clock."""
    return job.status == Status.CANCEL_REQUEST and job.status_changed_at + grace(job) < now
