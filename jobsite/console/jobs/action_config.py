"""Default parameters of actions. Shown only: they are changed by the verbs behind /api/v0/action_configs."""

from django.contrib import admin

from jobs.models import ActionConfig
from jobsite.console.base.fields import json_field, time_column
from jobsite.console.base.pages import ReadOnlyAdmin


@admin.register(ActionConfig)
class ActionConfigAdmin(ReadOnlyAdmin):
    list_display = ("action", "updated")
    search_fields = ("action",)
    sortable_by = ("action", "updated")
    fields = ("action", "updated_at", "parameters_json")
    empty_text = "Every action runs with the defaults of its code."

    updated = time_column("updated_at", "updated")
    parameters_json = json_field("parameters", "parameters")
