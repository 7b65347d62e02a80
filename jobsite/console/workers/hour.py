"""The last hour of a worker, slot by slot."""

from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from jobs.models import Job
from jobsite.console.base.links import job_url
from jobsite.console.base.words import span
from jobsite.console.draw.lanes import Span, lanes
from jobsite.console.draw.picture import Words
from jobsite.console.draw.scale import TimeScale
from jobsite.console.jobs.status_label import shown_status, tone_of
from workers.models import Worker

HOUR = timedelta(hours=1)
# Of a worker of many short jobs the newest: more bars than pixels say nothing.
MOST_BARS = 400


def last_hour(worker: Worker, now: datetime) -> SafeString | None:
    """None if it ran nothing in that time."""
    columns = ("uuid", "action", "status", "late_result_at", "slot", "started_at", "ended_at")
    newest = Job.objects.filter(worker=worker, started_at__isnull=False).newest_scheduled_first()
    jobs = [job for job in newest.only(*columns)[:MOST_BARS] if (job.ended_at or now) > now - HOUR]
    if not jobs:
        return None
    description = f"{len(jobs)} jobs of the last hour on {worker.name}, a lane for each slot."
    words = Words(title="The last hour", description=description)
    return lanes([_bar(job, now) for job in jobs], words, scale=TimeScale(begin=now - HOUR, end=now))


def _bar(job: Job, now: datetime) -> Span:
    begin, end = job.started_at or now, job.ended_at or now
    return Span(
        key=job.slot or "",
        begin=begin,
        end=max(begin, end),
        tone=tone_of(job),
        words=f"job {job.pk} {job.action} {shown_status(job)}, {span(end - begin)}",
        url=job_url(job.pk),
    )
