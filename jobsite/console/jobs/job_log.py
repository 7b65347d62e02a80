"""The whole log of one job; there is no list of all lines of all jobs."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs.models import JobLog
from jobsite.console.base.changelist import BoundedChangeList
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.base.paginator import BoundedPaginator

OF_JOB = "job__id__exact"


class LogPaginator(BoundedPaginator):
    """One job's lines have a cap of their own, so all of them have a page."""

    @property
    def cap(self) -> int:
        return int(settings.MAX_LOG_LINES) + 1


class OneJobsLines(BoundedChangeList):
    """Needs to know the job: its number stands in the address."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.job_number = str(self.params.get(OF_JOB, ""))
        self.title = f"Log of job {self.job_number}" if self.job_number else "Log"

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        queryset = super().get_queryset(request, exclude_parameters)
        return queryset if OF_JOB in self.params else queryset.none()


@admin.register(JobLog)
class JobLogAdmin(ReadOnlyAdmin):
    list_display = ("line_number", "logged", "text")
    list_display_links = None
    list_only = ("line_number", "logged_at", "data", "job_id")
    list_per_page = 500
    list_before_template = "admin/jobs/joblog/back.html"
    ordering = ("job_id", "line_number")
    paginator = LogPaginator
    allowed_lookups = frozenset({OF_JOB})
    fields = ("line_number", "logged_at", "data")
    empty_text = "Log lines are shown job by job: open a job, and from there its whole log."

    logged = time_column("logged_at", "logged")

    @shown_as("line")
    def text(self, line: JobLog) -> str:
        return line.data

    def has_module_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:  # noqa: ARG002
        return OneJobsLines
