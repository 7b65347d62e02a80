"""The list of jobs: what its address says chooses the rows, the newest first, page by page without a count."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from jobs.models import Job
from jobsite.console.base.changelist import BoundedChangeList
from jobsite.console.base.live_list import LiveListAdmin
from jobsite.console.jobs.all_jobs import CancelAll, RetryAll
from jobsite.console.jobs.job_columns import COLUMNS, COLUMNS_READ, JobColumns
from jobsite.console.jobs.job_criteria import PARTS, criteria_of
from jobsite.console.jobs.job_csv import jobs_as_csv
from jobsite.console.jobs.job_filters import JOB_FILTERS
from jobsite.console.jobs.job_places import OLDEST, PLACES, rows_at
from jobsite.console.jobs.job_tools import tools_of
from jobsite.console.jobs.saved_views import delete_view, save_view
from jobsite.console.jobs.selected_jobs import CancelSelected, RetrySelected, selected_url


class JobChangeList(BoundedChangeList):
    """Reads one row more than it shows, which tells whether there are others."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        query = request.GET.copy()
        self.place = {name: query.pop(name)[-1] for name in PLACES if name in query}
        # A search or another filter begins at the newest again.
        request.GET = query  # type: ignore[assignment]
        self.criteria = criteria_of(query)
        super().__init__(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        jobs: Any = super().get_queryset(request, exclude_parameters)
        return self.criteria.of(jobs)

    def get_results(self, request: HttpRequest) -> None:  # noqa: ARG002
        page = rows_at(self.queryset, self.place, most=self.list_per_page)
        self.result_list: Any = page.rows
        self.result_count = len(page.rows)
        # Equal, so that the heading tells of no count.
        self.full_result_count = self.result_count
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.older, self.newer = self._at(page.older), self._at(page.newer)
        self.newest = self._at({}) if self.place else None
        self.oldest = self._at({OLDEST: "1"}) if page.older else None

    def _at(self, place: dict[str, str] | None) -> str | None:
        """The address of another page of the same list."""
        return None if place is None else f"?{urlencode({**self.filter_params, **place}, doseq=True)}"


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
