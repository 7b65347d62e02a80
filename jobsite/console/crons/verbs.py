"""What a person does to crons here: each thing is a verb of the engine, which audits it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.enable import disable_cron, enable_cron
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.save import save_cron
from jobs.engine.errors import InvalidSubmission, NoSuchCron
from jobs.models import Cron
from jobsite.access.actor import admin_actor
from jobsite.console.base.pages import ListAdmin


class CronVerbs(ListAdmin):
    """Saving, deleting and the actions of the list."""

    actions = ("enable_crons", "disable_crons", "run_crons")

    def save_model(self, request: HttpRequest, obj: Cron, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        saved = save_cron(form.spec, by=admin_actor(request))
        obj.pk, obj.name = saved.pk, saved.name

    def delete_model(self, request: HttpRequest, obj: Cron) -> None:
        delete_cron(obj.name, by=admin_actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Cron]) -> None:
        for cron in queryset:
            delete_cron(cron.name, by=admin_actor(request))

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
                if verb(cron.name, by=admin_actor(request)):
                    names.append(cron.name)
            except (InvalidSubmission, NoSuchCron) as error:
                self.message_user(request, f"{cron.name}: {error}", messages.ERROR)
        if names:
            self.message_user(request, f"{', '.join(names)}: {done}.", messages.SUCCESS)
