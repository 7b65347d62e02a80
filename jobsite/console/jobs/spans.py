"""How long a job waited and ran. For the eye only: nothing is decided by it."""

from datetime import datetime, timedelta

from jobs.models import Job


def waited(job: Job, now: datetime) -> timedelta | None:
    """From the moment it could have started; none before that."""
    begin = max(job.created_at, job.scheduled_at)
    end = job.started_at or job.ended_at or now
    return end - begin if end >= begin else None


def ran(job: Job, now: datetime) -> timedelta | None:
    """From its start until its end or now."""
    return (job.ended_at or now) - job.started_at if job.started_at else None
