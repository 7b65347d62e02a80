"""The list of jobs and the page of one."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs.models import Job
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.jobs.job_filters import JOB_FILTERS, JOB_LOOKUPS
from jobsite.console.jobs.job_page import JobPage
from jobsite.console.jobs.job_search import search_condition
from jobsite.console.jobs.status_label import COLOURS, coloured_status


@admin.register(Job)
class JobAdmin(JobPage, ReadOnlyAdmin):
    """Newest first. The list leaves parameters, results and errors where they are."""

    list_display = (
        "short_id",
        "number",
        "action",
        "status_label",
        "worker",
        "waited",
        "ran",
        "started_by",
        "scheduled",
        "updated",
    )
    list_only = (
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
    list_select_related = ("worker",)
    list_filter = JOB_FILTERS
    allowed_lookups = JOB_LOOKUPS
    sortable_by = ("number", "scheduled")
    search_fields = ("uuid", "action", "ticket_ref")
    search_help_text = "Id, its beginning, action or ticket"
    empty_text = "A job appears here as soon as one is submitted through the API or made by a cron."
    narrow_by = "status, action, worker or who started it"

    scheduled = time_column("scheduled_at", "scheduled")
    updated = time_column("status_changed_at", "updated")

    @shown_as("id")
    def short_id(self, job: Job) -> str:
        # The milliseconds of a UUIDv7: short, nearly unique, and the search box finds it.
        return str(job.uuid)[:13]

    @shown_as("status", label=COLOURS)
    def status_label(self, job: Job) -> tuple[str, str]:
        return coloured_status(job)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Job],
        search_term: str,
    ) -> tuple[QuerySet[Job], bool]:
        term = search_term.strip()
        return (queryset.filter(search_condition(term)) if term else queryset), False
