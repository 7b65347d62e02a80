"""The list of crons and the page of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import BooleanRadioFilter

from jobs.models import Cron
from jobs.seal.form import masked
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.crons.form import CronForm
from jobsite.console.crons.preview import describe, preview_of, preview_view
from jobsite.console.crons.runs import last_runs, outcome, with_outcome
from jobsite.console.crons.verbs import CronVerbs
from jobsite.console.jobs.status_label import COLOURS


@admin.register(Cron)
class CronAdmin(CronVerbs):
    """With a preview of the next runs, and what has become of the last ones."""

    form = CronForm
    list_display = ("name", "meaning", "timezone", "action", "state", "next_run", "last_run", "last_outcome")
    list_filter = (("enabled", BooleanRadioFilter),)
    search_fields = ("name", "action")
    sortable_by = ("name", "action", "next_run", "last_run")
    fieldsets = (
        (None, {"fields": (("name", "action"), ("schedule", "timezone"), "enabled")}),
        ("When one is missed or still runs", {"fields": (("misfire", "grace_seconds"), "overlap")}),
        (
            "What its jobs get",
            {
                "fields": (
                    "parameters",
                    ("priority", "retries"),
                    ("deadline_text", "stop_timeout_text"),
                    ("capacity_map", "locks"),
                )
            },
        ),
    )
    empty_text = "Crons make jobs on a schedule. There is none yet."

    next_run = time_column("next_run_at", "next run")
    last_run = time_column("last_run_at", "last run")

    class Media:
        js = ("jobsite/cron-preview.js",)

    @shown_as("means", ordering="schedule")
    def meaning(self, cron: Cron) -> str:
        return describe(cron.schedule, cron.timezone)

    @shown_as("state", label={"enabled": "success", "disabled": "warning"})
    def state(self, cron: Cron) -> str:
        return "enabled" if cron.enabled else "disabled"

    @shown_as("last outcome", label={**COLOURS, "skipped": "warning"})
    def last_outcome(self, cron: Cron) -> tuple[str, str]:
        return outcome(cron)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_outcome(super().get_queryset(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Cron | None:
        """As every reader sees it: what is saved comes from the form, where *** means the secret that is stored."""
        cron: Cron | None = super().get_object(request, object_id, from_field)
        if cron is not None:
            cron.parameters = masked(cron.parameters)
        return cron

    def get_readonly_fields(self, request: HttpRequest, obj: Cron | None = None) -> tuple[str, ...]:  # noqa: ARG002
        # The name is the key of the API and of the audit.
        return ("name",) if obj else ()

    def get_urls(self) -> list[URLPattern]:
        preview = require_safe(self._for_viewers(preview_view))
        return [path("preview/", self.admin_site.admin_view(preview), name="jobs_cron_preview"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        cron: Cron | None = context.get("original")
        context["preview_url"] = reverse("admin:jobs_cron_preview")
        context["preview"] = preview_of(cron.schedule, cron.timezone) if cron else None
        context["runs"] = last_runs(cron) if cron else None
        return super().render_change_form(request, context, *args, **kwargs)

    def _for_viewers(self, view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        def guarded(request: HttpRequest) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request)

        return guarded
