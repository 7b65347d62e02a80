"""What crons have done: jobs and recorded skips, the newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from jobs.models import Cron, CronSkip, Job
from jobs.states import Status
from jobsite.console.base.links import job_url
from jobsite.console.base.words import span
from jobsite.console.jobs.status_label import COLOURS, coloured_status

RUNS = 30
# A beat makes a job within a second of its due time; by so much it was missed, and made up for.
LATE = timedelta(seconds=30)
_JOB_COLUMNS = (
    *("uuid", "cron", "status", "late_result_at", "scheduled_at", "created_at", "cron_due_at", "retry_from_id"),
    "scheduled_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A job, or a skip of one or more due seconds. `kind` is what the strip tells apart."""

    at: datetime
    kind: str
    what: str
    colour: str | None
    words: str
    url: str = ""


def runs_of(crons: Collection[int]) -> dict[int, list[Run]]:
    """The last of each, in three queries: through its own index, so that it never matters how many went before."""
    jobs = Job.objects.filter(cron=OuterRef("pk")).order_by("-scheduled_at", "-id").values("pk")[:RUNS]
    skips = CronSkip.objects.filter(cron=OuterRef("pk")).order_by("-due_at").values("pk")[:RUNS]
    last = list(Cron.objects.filter(pk__in=crons).order_by().values_list(ArraySubquery(jobs), ArraySubquery(skips)))
    job_ids = [key for keys, _ in last for key in keys]
    skip_ids = [key for _, keys in last for key in keys]
    found: dict[int | None, list[Run]] = {pk: [] for pk in crons}
    for job in Job.objects.filter(pk__in=job_ids).only(*_JOB_COLUMNS):
        found[job.cron_id].append(_of_job(job))
    for skip in CronSkip.objects.filter(pk__in=skip_ids):
        found[skip.cron_id].append(_of_skip(skip))
    return {pk: sorted(found[pk], key=lambda run: run.at, reverse=True)[:RUNS] for pk in crons}


def _of_job(job: Job) -> Run:
    status, words = coloured_status(job)
    late = job.created_at - job.cron_due_at if job.cron_due_at else timedelta()
    why = "" if job.cron_due_at else "a retry" if job.retry_from_id else f"run by {job.scheduled_by or 'hand'}"
    return Run(
        at=job.scheduled_at,
        kind=_kind(job, late=late > LATE),
        what=words,
        colour=COLOURS.get(status),
        words=f"made {span(late)} late" if late > LATE else why,
        url=job_url(job.pk),
    )


def _kind(job: Job, *, late: bool) -> str:
    if job.status == Status.DONE:
        return "late" if late else "ran"
    if job.status in {Status.WAITING, Status.RUNNING, Status.CANCEL_REQUEST}:
        return "going"
    return "failed" if job.status in {Status.ERRORED, Status.TIMEOUT, Status.WORKER_DEAD} else "stopped"


def _of_skip(skip: CronSkip) -> Run:
    until = f"{skip.last_due_at:%Y-%m-%d %H:%M:%S}"
    many = "" if skip.count == 1 else f"{skip.count or 'very many'} due times until {until}; "
    return Run(at=skip.due_at, kind="skipped", what="skipped", colour="warning", words=many + skip.reason)
