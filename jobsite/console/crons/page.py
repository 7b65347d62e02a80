"""The list of crons and the page of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import BooleanRadioFilter

from jobs.engine.actor import Actor
from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.enable import disable_cron, enable_cron
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.save import save_cron
from jobs.engine.errors import InvalidSubmission, NoSuchCron
from jobs.models import Cron
from jobsite.access.actor import client_address
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.pages import ListAdmin
from jobsite.console.crons.form import CronForm
from jobsite.console.crons.preview import describe, preview_of, preview_view
from jobsite.console.crons.runs import last_runs, outcome, with_outcome
from jobsite.console.jobs.status_label import COLOURS


@admin.register(Cron)
class CronAdmin(ListAdmin):
    """Every change is a verb of the engine, which audits it."""

    form = CronForm
    list_display = ("name", "meaning", "timezone", "action", "state", "next_run", "last_run", "last_outcome")
    list_filter = (("enabled", BooleanRadioFilter),)
    search_fields = ("name", "action")
    sortable_by = ("name", "action", "next_run", "last_run")
    actions = ("enable_crons", "disable_crons", "run_crons")
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

    def save_model(self, request: HttpRequest, obj: Cron, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        saved = save_cron(form.spec, by=_actor(request))
        obj.pk, obj.name = saved.pk, saved.name

    def delete_model(self, request: HttpRequest, obj: Cron) -> None:
        delete_cron(obj.name, by=_actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Cron]) -> None:
        for cron in queryset:
            delete_cron(cron.name, by=_actor(request))

    # What Django would note beside it, the audit has.
    def log_addition(self, *_: Any) -> Any: ...

    def log_change(self, *_: Any) -> Any: ...

    def log_deletions(self, *_: Any) -> Any: ...

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.run_cron")

    @admin.action(description="Enable", permissions=["change"])
    def enable_crons(self, request: HttpRequest, crons: QuerySet[Cron]) -> None:
        self._each(request, crons, enable_cron, "enabled")

    @admin.action(description="Disable", permissions=["change"])
    def disable_crons(self, request: HttpRequest, crons: QuerySet[Cron]) -> None:
        self._each(request, crons, disable_cron, "disabled")

    @admin.action(description="Run now", permissions=["run"])
    def run_crons(self, request: HttpRequest, crons: QuerySet[Cron]) -> None:
        self._each(request, crons, run_now, "started")

    def _each(self, request: HttpRequest, crons: QuerySet[Cron], verb: Callable[..., Any], done: str) -> None:
        """One verb over the chosen ones, and a word on each that refuses."""
        names = []
        for cron in crons:
            try:
                if verb(cron.name, by=_actor(request)):
                    names.append(cron.name)
            except (InvalidSubmission, NoSuchCron) as error:
                self.message_user(request, f"{cron.name}: {error}", messages.ERROR)
        if names:
            self.message_user(request, f"{', '.join(names)}: {done}.", messages.SUCCESS)

    def _for_viewers(self, view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        def guarded(request: HttpRequest) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request)

        return guarded


def _actor(request: HttpRequest) -> Actor:
    return Actor(dialect="admin", user=request.user.get_username(), address=client_address(request))
