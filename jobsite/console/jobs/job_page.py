"""What stands on the page of one job."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from jobs.models import Job
from jobs.seal.form import masked
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import span_field
from jobsite.console.base.unfold_types import UnfoldAdmin
from jobsite.console.base.words import span
from jobsite.console.jobs.job_panels import panels
from jobsite.console.jobs.spans import ran, waited

JOB_FIELDSETS: Any = (
    ("Job", {"fields": (("number", "full_id"), ("action", "started_by"), ("priority", "ticket_ref"), "comment")}),
    (
        "Times",
        {
            "fields": (
                ("created_at", "scheduled_at"),
                ("started_at", "ended_at"),
                ("waited", "ran"),
                ("status_changed_at", "late_result_at"),
            )
        },
    ),
    (
        "Place and limits",
        {
            "fields": (
                ("worker", "slot"),
                ("capacity_class", "capacity_sent"),
                ("locks_needed", "blocked_by"),
                ("deadline_words", "stop_timeout_words"),
                ("progress", "stop_at", "forced_at"),
            )
        },
    ),
    ("Chain", {"fields": (("retries", "original"), ("follow_up", "follows"), ("cron", "cron_due_at"))}),
)


class JobPage(UnfoldAdmin):
    """The fields and panels; the list is JobAdmin's."""

    deadline_words = span_field("deadline", "deadline")
    stop_timeout_words = span_field("stop_timeout", "stop timeout")

    @shown_as("no.", ordering="pk")
    def number(self, job: Job) -> str:
        return str(job.pk)

    @shown_as("id")
    def full_id(self, job: Job) -> str:
        return str(job.uuid)

    @shown_as("started by")
    def started_by(self, job: Job) -> str:
        return job.scheduled_by or "-"

    @shown_as("waited")
    def waited(self, job: Job) -> str:
        return span(waited(job, timezone.now())) or "-"

    @shown_as("ran")
    def ran(self, job: Job) -> str:
        return span(ran(job, timezone.now())) or "-"

    @shown_as("capacity as sent")
    def capacity_sent(self, job: Job) -> str:
        return _compact(job.capacity_map)

    @shown_as("locks")
    def locks_needed(self, job: Job) -> str:
        return ", ".join(f"{lock['name']} ({lock['mode']})" for lock in job.locks or []) or "-"

    @shown_as("progress")
    def progress(self, job: Job) -> str:
        if job.progress_done is None:
            return "-"
        return f"{job.progress_done:,} of {job.progress_total:,}" if job.progress_total else f"{job.progress_done:,}"

    @shown_as("retries left")
    def retries(self, job: Job) -> str:
        return f"{job.retries_left} of {job.retries_total}"

    @shown_as("retry of")
    def original(self, job: Job) -> str:
        return _link(job.retry_from_id)

    @shown_as("followed by")
    def follow_up(self, job: Job) -> str:
        return _link(job.next_job_id)

    @shown_as("then submits")
    def follows(self, job: Job) -> str:
        return _compact(job.next)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A job by its number, or by the UUID that the API and the audit name it with."""
        by_uuid = from_field is None and _is_uuid(object_id)
        return super().get_object(request, object_id, "uuid" if by_uuid else from_field)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context.update(panels(context["original"], request))
        return super().render_change_form(request, context, *args, **kwargs)


def _compact(value: Any) -> str:
    return "-" if value is None else json.dumps(masked(value), ensure_ascii=False)


def _link(job_id: int | None) -> str:
    if job_id is None:
        return "-"
    return format_html(
        '<a class="text-link" href="{}">job {}</a>', reverse("admin:jobs_job_change", args=[job_id]), job_id
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
