"""The list of crons and the page of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import BooleanRadioFilter

from jobs.models import Cron
from jobs.seal.form import masked
from jobsite.console.base.changelist import BoundedChangeList
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.crons.confirm import VERBS
from jobsite.console.crons.form import CronForm
from jobsite.console.crons.live import runs_context, runs_view
from jobsite.console.crons.preview import describe, preview_of, preview_view
from jobsite.console.crons.runs import RUNS, runs_of
from jobsite.console.crons.strip import strip_of
from jobsite.console.crons.verbs import CronVerbs
from jobsite.console.retention import retention_urls

# A run knows its colour; grey is Unfold's without a name.
_SAME = {"grey": "", **{colour: colour for colour in ("success", "info", "warning", "danger")}}


class CronList(BoundedChangeList):
    """Gives each row its last runs, in three queries for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        runs = runs_of([row.pk for row in rows])
        for row in rows:
            row.runs = runs[row.pk]
        self.result_list = rows


@admin.register(Cron)
class CronAdmin(CronVerbs):
    """With a preview of the next runs, and what has become of the last ones."""

    form = CronForm
    list_display = ("name", "meaning", "action", "state", "next_run", "last_outcome", "last_runs")
    list_filter = (("enabled", BooleanRadioFilter),)
    search_fields = ("name", "action")
    sortable_by = ("name", "action", "next_run")
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
    # Thirty runs each: as many cells as a page may draw.
    list_per_page = 20
    empty_text = "Crons make jobs on a schedule. There is none yet."

    next_run = time_column("next_run_at", "next run")

    class Media:
        js = ("jobsite/cron-preview.js",)

    @shown_as("means", ordering="schedule")
    def meaning(self, cron: Cron) -> str:
        words = describe(cron.schedule, cron.timezone)
        return words if cron.timezone == "UTC" else f"{words} ({cron.timezone})"

    @shown_as("state", label={"enabled": "success", "disabled": "warning"})
    def state(self, cron: Cron) -> str:
        return "enabled" if cron.enabled else "disabled"

    @shown_as("last outcome", label=_SAME)
    def last_outcome(self, cron: Any) -> tuple[str, str]:
        newest = cron.runs[0] if cron.runs else None
        return (newest.colour or "grey", newest.what) if newest else ("", "-")

    @shown_as(f"last {RUNS} runs")
    def last_runs(self, cron: Any) -> str:
        return format_html('<div class="strip">{}</div>', strip_of(cron.name, cron.runs))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CronList]:  # noqa: ARG002
        return CronList

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
        verbs = [
            path(f"{name}/", self.admin_site.admin_view(view.as_view(model_admin=self)), name=f"jobs_cron_{name}")
            for name, view in VERBS.items()
        ]
        return [
            path("preview/", self.admin_site.admin_view(preview), name="jobs_cron_preview"),
            path("<int:pk>/runs/", runs_view, name="jobs_cron_runs"),
            *verbs,
            *retention_urls(self),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        cron: Cron | None = context.get("original")
        context["preview_url"] = reverse("admin:jobs_cron_preview")
        context["preview"] = preview_of(cron.schedule, cron.timezone) if cron else None
        if cron:
            context.update(runs_context(request, cron), runs_url=reverse("admin:jobs_cron_runs", args=[cron.pk]))
        return super().render_change_form(request, context, *args, **kwargs)

    def _for_viewers(self, view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        def guarded(request: HttpRequest) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request)

        return guarded
