"""The columns of the list of jobs. Times that go on are counted in the page, so that a list at rest stays the same."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html

from jobs.models import Job
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import counting, time_column
from jobsite.console.base.words import span
from jobsite.console.jobs.spans import ran, waited
from jobsite.console.jobs.status_label import COLOURS, coloured_status

COLUMNS = (
    "short_id",
    "action_name",
    "status_label",
    "worker_name",
    "waited_for",
    "ran_for",
    "who_started",
    "scheduled",
    "updated",
)
# What they read; parameters, results and errors stay where they are.
COLUMNS_READ = (
    "uuid",
    "action",
    "status",
    "late_result_at",
    "worker__name",
    "created_at",
    "scheduled_at",
    "started_at",
    "ended_at",
    "status_changed_at",
    "scheduled_by",
)


class JobColumns:
    scheduled = time_column("scheduled_at", "scheduled")
    updated = time_column("status_changed_at", "updated")

    @shown_as("id")
    def short_id(self, job: Job) -> str:
        # The milliseconds of a UUIDv7: short, nearly unique, and the search box finds it.
        return str(job.uuid)[:13]

    @shown_as("status", label=COLOURS)
    def status_label(self, job: Job) -> tuple[str, str]:
        return coloured_status(job)

    @shown_as("action")
    def action_name(self, job: Job) -> str:
        return _cut(job.action)

    @shown_as("worker")
    def worker_name(self, job: Job) -> str:
        return _cut(job.worker.name if job.worker else "-")

    @shown_as("waited")
    def waited_for(self, job: Job) -> str:
        begin = max(job.created_at, job.scheduled_at)
        goes_on = job.started_at is None and job.ended_at is None
        return _so_far(begin) if goes_on else span(waited(job, timezone.now())) or "-"

    @shown_as("ran")
    def ran_for(self, job: Job) -> str:
        goes_on = job.started_at is not None and job.ended_at is None
        return counting(job.started_at, "since") if goes_on else span(ran(job, timezone.now())) or "-"

    @shown_as("started by")
    def who_started(self, job: Job) -> str:
        return _cut(job.scheduled_by or "-")


def _cut(text: str) -> str:
    """On one line, as much of it as there is room for."""
    return format_html('<span class="cut" title="{}">{}</span>', text, text)


def _so_far(begin: datetime) -> str:
    """Of one that is scheduled for later: nothing yet."""
    return counting(begin, "since") if begin <= timezone.now() else "-"
