"""What a cron has done: jobs and recorded skips, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from jobs.models import Cron, CronSkip, Job
from jobsite.console.jobs.status_label import COLOURS, coloured_status

RUNS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A row of the table: a job, or a skip of one or more due seconds."""

    at: datetime
    what: str
    colour: str | None
    words: str
    url: str = ""


def last_runs(cron: Cron) -> list[Run]:
    columns = ("uuid", "status", "late_result_at", "scheduled_at", "cron_due_at", "retry_from_id", "scheduled_by")
    jobs = Job.objects.filter(cron=cron.pk).order_by("-scheduled_at", "-id").only(*columns)[:RUNS]
    skips = CronSkip.objects.filter(cron=cron.pk).order_by("-due_at")[:RUNS]
    runs = [*(_of_job(job) for job in jobs), *(_of_skip(skip) for skip in skips)]
    return sorted(runs, key=lambda run: run.at, reverse=True)[:RUNS]


def with_outcome(crons: QuerySet[Any]) -> QuerySet[Any]:
    """With the newest job's status and the newest skip: two probes of an index for each row shown."""
    jobs = Job.objects.filter(cron=OuterRef("pk")).order_by("-scheduled_at", "-id")
    skips = CronSkip.objects.filter(cron=OuterRef("pk")).order_by("-due_at")
    rows: QuerySet[Any] = crons.annotate(
        job_status=Subquery(jobs.values("status")[:1]),
        job_at=Subquery(jobs.values("scheduled_at")[:1]),
        skip_code=Subquery(skips.values("code")[:1]),
        skip_at=Subquery(skips.values("last_due_at")[:1]),
    )
    return rows


def outcome(cron: Any) -> tuple[str, str]:
    """Of the newest of both, as value and words for a coloured label."""
    if cron.skip_at is not None and (cron.job_at is None or cron.skip_at > cron.job_at):
        return "skipped", f"skipped: {cron.skip_code}"
    return (cron.job_status, cron.job_status.replace("_", " ")) if cron.job_status else ("", "-")


def _of_job(job: Job) -> Run:
    status, words = coloured_status(job)
    why = "" if job.cron_due_at else "a retry" if job.retry_from_id else f"run by {job.scheduled_by or 'hand'}"
    return Run(
        at=job.scheduled_at,
        what=words,
        colour=COLOURS.get(status),
        words=why,
        url=reverse("admin:jobs_job_change", args=[job.pk]),
    )


def _of_skip(skip: CronSkip) -> Run:
    until = f"{skip.last_due_at:%Y-%m-%d %H:%M:%S}"
    many = "" if skip.count == 1 else f"{skip.count or 'very many'} due times until {until}; "
    return Run(at=skip.due_at, what="skipped", colour="warning", words=many + skip.reason)
