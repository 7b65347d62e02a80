"""The pages over lock names and their holders. Clearing a lock will be a verb with a reason and an audit row."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.pages import ReadOnlyAdmin
from locks.models import JobLock, LockName

COLOURS: dict[str, str] = {JobLock.Mode.EXCLUSIVE: "warning", JobLock.Mode.SHARED: "info"}


@admin.register(JobLock)
class JobLockAdmin(ReadOnlyAdmin):
    list_display = ("lock_name", "mode_label", "holder", "fence", "acquired")
    list_display_links = None
    list_filter = (("mode", ChoicesDropdownFilter),)
    list_select_related = ("job",)
    list_only = ("lock_id", "mode", "fence", "acquired_at", "job__action")
    search_fields = ("lock__name",)
    sortable_by = ("lock_name", "acquired")
    fieldsets = ((None, {"fields": (("lock", "mode"), ("job", "fence"), "acquired_at")}),)
    empty_text = "No job holds a lock now."

    acquired = time_column("acquired_at", "acquired")

    @shown_as("lock", ordering="lock_id")
    def lock_name(self, row: JobLock) -> str:
        return row.lock_id

    @shown_as("mode", label=COLOURS)
    def mode_label(self, row: JobLock) -> str:
        return row.mode

    @shown_as("held by")
    def holder(self, row: JobLock) -> str:
        url = reverse("admin:jobs_job_change", args=[row.job_id])
        return format_html('<a class="text-link" href="{}">job {} {}</a>', url, row.job_id, row.job.action)


@admin.register(LockName)
class LockNameAdmin(ReadOnlyAdmin):
    list_display = ("name", "fence", "now")
    search_fields = ("name",)
    sortable_by = ("name",)
    fieldsets = ((None, {"fields": ("name", ("fence", "now"))}),)
    empty_text = "A name appears when the first job asks for a lock."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # One probe of an index for each name that is shown; a count would group the whole table.
        held = Exists(JobLock.objects.filter(lock=OuterRef("pk")))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(held=held)
        return rows

    @shown_as("now", label={"held": "warning", "free": "success"})
    def now(self, row: Any) -> str:
        return "held" if row.held else "free"
