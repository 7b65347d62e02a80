"""Jobs that should have ended: past their deadline, or asked to stop, and still there."""

from django.db.models.functions import Now
from django.urls import reverse

from jobs.lock_report import overdue
from jobs.models import Job
from jobs.states import Status
from jobsite.console.base.links import job_url
from jobsite.console.dashboard.needs.need import Need, plural

# What runs is bounded by the slots of all workers.
_MOST = 5000
_COLUMNS = ("action", "status", "status_changed_at", "started_at", "stop_timeout", "deadline")


def overdue_jobs() -> list[Need]:
    running = Job.objects.occupying().order_by("started_at").annotate(now=Now()).only(*_COLUMNS)[:_MOST]
    late = [(job, words) for job in running if (words := overdue(job, now=job.now))]  # type: ignore[attr-defined]
    asked = [(job, words) for job, words in late if job.status != Status.RUNNING]
    past = [(job, words) for job, words in late if job.status == Status.RUNNING]
    return [
        *_need("cancels", asked, Status.CANCEL_REQUEST, titles=("overdue cancel", "overdue cancels")),
        *_need("deadlines", past, Status.RUNNING, titles=("job past its deadline", "jobs past their deadline")),
    ]


def _need(key: str, late: list[tuple[Job, str]], status: Status, *, titles: tuple[str, str]) -> list[Need]:
    if not late:
        return []
    job, words = late[0]
    one = len(late) == 1
    page, others = job_url(job.pk), reverse("admin:jobs_job_changelist")
    return [
        Need(
            key=key,
            tone="bad",
            count=str(len(late)),
            title=plural(len(late), *titles),
            words=f"Job {job.pk} {job.action}: {words}.",
            url=page if one else f"{others}?status__exact={status}",
            link="The job" if one else "These jobs",
        )
    ]
