"""The list of configs, and the page of one; each change is a verb of the engine."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from jobs.actions.registry import UnknownAction, get_action, registered_actions, reserved_for
from jobs.engine.configs.delete import delete_config
from jobs.engine.configs.save import save_config
from jobs.models import ActionConfig
from jobs.seal.form import masked
from jobsite.access.actor import admin_actor
from jobsite.console.base.display import shown_as
from jobsite.console.base.engine_audits import EngineAudits
from jobsite.console.base.fields import time_column
from jobsite.console.base.words import pretty
from jobsite.console.configs.form import ConfigForm, form_for


@admin.register(ActionConfig)
class ActionConfigAdmin(EngineAudits):
    list_display = ("action", "sets", "updated")
    search_fields = ("action",)
    sortable_by = ("action", "updated")
    empty_text = "Every action runs with the defaults of its code."

    updated = time_column("updated_at", "updated")

    @shown_as("sets")
    def sets(self, config: ActionConfig) -> str:
        return ", ".join(sorted(config.parameters)) or "nothing"

    @shown_as("parameters")
    def parameters_json(self, config: ActionConfig) -> SafeString:
        return render_to_string("console/code.html", {"text": pretty(masked(config.parameters))})

    def get_fields(self, request: HttpRequest, obj: ActionConfig | None = None) -> Any:
        if self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj):
            return [*self.get_form(request, obj).base_fields]
        return ("action", "updated", "parameters_json")

    def get_readonly_fields(self, request: HttpRequest, obj: ActionConfig | None = None) -> Any:
        editable = obj is None or self.has_change_permission(request, obj)
        return () if editable else ("action", "updated", "parameters_json")

    def get_form(
        self,
        request: HttpRequest,
        obj: ActionConfig | None = None,
        change: bool = False,  # noqa: ARG002, FBT001
        **kwargs: Any,
    ) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, **kwargs)
        return form_for(obj.action, obj.parameters) if obj else form_for(request.GET.get("action", ""), {})

    def has_change_permission(self, request: HttpRequest, obj: ActionConfig | None = None) -> bool:
        """Without its action nothing tells what may be in it: it can be looked at, and deleted."""
        return super().has_change_permission(request, obj) and (obj is None or _configurable(obj.action))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        action = request.GET.get("action", "")
        if not _configurable(action):
            return self._choose(request)
        if there := ActionConfig.objects.filter(action=action).first():
            return HttpResponseRedirect(reverse("admin:jobs_actionconfig_change", args=[there.pk]))
        context = {**(extra_context or {}), "title": f"Defaults of {action}"}
        return super().add_view(request, form_url, context)

    def save_model(self, request: HttpRequest, obj: ActionConfig, form: ConfigForm, change: bool) -> None:  # noqa: ARG002, FBT001
        saved = save_config(form.action_name, form.parameters, by=admin_actor(request))
        obj.pk, obj.action = saved.pk, saved.action

    def delete_model(self, request: HttpRequest, obj: ActionConfig) -> None:
        delete_config(obj.action, by=admin_actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ActionConfig]) -> None:
        for config in queryset:
            delete_config(config.action, by=admin_actor(request))

    def _choose(self, request: HttpRequest) -> HttpResponse:
        """Of which action: its schema makes the form."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Defaults of which action?",
            "opts": self.opts,
            "actions": [action for action in registered_actions() if not action.reserved],
            "configured": set(ActionConfig.objects.values_list("action", flat=True)),
        }
        return TemplateResponse(request, "admin/jobs/actionconfig/choose.html", context)


def _configurable(name: str) -> bool:
    try:
        get_action(name)
    except UnknownAction:
        return False
    return not reserved_for(name)
