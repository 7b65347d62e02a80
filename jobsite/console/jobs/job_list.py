"""The list of jobs: what its address says chooses the rows, the newest first, page by page without a count."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from jobs.models import Job
from jobsite.console.base.keyset_list import KeysetChangeList
from jobsite.console.base.live_list import LiveListAdmin
from jobsite.console.jobs.all_jobs import CancelAll, RetryAll
from jobsite.console.jobs.job_columns import COLUMNS, COLUMNS_READ, JobColumns
from jobsite.console.jobs.job_criteria import PARTS, criteria_of
from jobsite.console.jobs.job_csv import jobs_as_csv
from jobsite.console.jobs.job_filters import JOB_FILTERS
from jobsite.console.jobs.job_tools import tools_of
from jobsite.console.jobs.saved_views import delete_view, save_view
from jobsite.console.jobs.selected_jobs import CancelSelected, RetrySelected, selected_url


class JobChangeList(KeysetChangeList):
    by = "scheduled_at"

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        jobs: Any = super().get_queryset(request, exclude_parameters)
        return criteria_of(request.GET).of(jobs)


class JobListAdmin(JobColumns, LiveListAdmin):
    list_display = COLUMNS
    list_only = COLUMNS_READ
    list_select_related = ("worker",)
    list_filter = JOB_FILTERS
    allowed_lookups = frozenset(PARTS)
    # What opens the search box; job_criteria knows what it finds.
    search_fields = ("uuid",)
    search_help_text = "Id or its beginning, action, ticket, KEY=value"
    empty_text = "A job appears here as soon as one is submitted through the API or made by a cron."
    narrow_by = "status, action, worker or who started it"
    list_before_template = "admin/jobs/job/tools.html"
    actions = ("cancel_chosen", "retry_chosen")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[JobChangeList]:  # noqa: ARG002
        return JobChangeList

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Job],
        search_term: str,  # noqa: ARG002
    ) -> tuple[QuerySet[Job], bool]:
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            context.update(tools_of(request))
        return response

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.cancel_job")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.retry_job")

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel_chosen(self, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponse:
        return selected_url("cancel", request, jobs)

    @admin.action(description="Run again", permissions=["retry"])
    def retry_chosen(self, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponse:
        return selected_url("retry", request, jobs)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        asking = {
            "selected/cancel": CancelSelected,
            "selected/retry": RetrySelected,
            "all/cancel": CancelAll,
            "all/retry": RetryAll,
        }
        return [
            path("csv/", guard(jobs_as_csv), name="jobs_csv"),
            path("views/", guard(save_view), name="jobs_save_view"),
            path("views/<int:pk>/delete/", guard(delete_view), name="jobs_delete_view"),
            *(
                path(f"{place}/", guard(view.as_view(model_admin=self)), name=f"jobs_{place.replace('/', '_')}")
                for place, view in asking.items()
            ),
            *super().get_urls(),
        ]
