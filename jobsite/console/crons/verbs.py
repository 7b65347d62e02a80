"""What a person does to crons here: each thing is a verb of the engine, which audits it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.save import save_cron
from jobs.models import Cron
from jobsite.access.actor import admin_actor
from jobsite.console.base.engine_audits import EngineAudits
from jobsite.console.base.live_list import LiveList
from jobsite.console.crons.confirm import confirm_url


class CronVerbs(EngineAudits, LiveList):
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

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.run_cron")

    @admin.action(description="Enable…", permissions=["change"])
    def enable_crons(self, request: HttpRequest, crons: QuerySet[Cron]) -> HttpResponse:  # noqa: ARG002
        return HttpResponseRedirect(confirm_url("enable", crons))

    @admin.action(description="Disable…", permissions=["change"])
    def disable_crons(self, request: HttpRequest, crons: QuerySet[Cron]) -> HttpResponse:  # noqa: ARG002
        return HttpResponseRedirect(confirm_url("disable", crons))

    @admin.action(description="Run now…", permissions=["run"])
    def run_crons(self, request: HttpRequest, crons: QuerySet[Cron]) -> HttpResponse:  # noqa: ARG002
        return HttpResponseRedirect(confirm_url("run", crons))
