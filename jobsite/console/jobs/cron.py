"""Schedules. This release shows the table; changes will be verbs with an audit row."""

from django.contrib import admin
from unfold.contrib.filters.admin import BooleanRadioFilter

from jobs.models import Cron
from jobsite.console.base.fields import json_field, time_column
from jobsite.console.base.pages import ReadOnlyAdmin


@admin.register(Cron)
class CronAdmin(ReadOnlyAdmin):
    list_display = ("name", "schedule", "timezone", "action", "enabled", "next_run", "last_run")
    list_filter = (("enabled", BooleanRadioFilter),)
    search_fields = ("name", "action")
    sortable_by = ("name", "action", "next_run", "last_run")
    fieldsets = (
        ("Cron", {"fields": (("name", "uuid"), ("action", "enabled"), ("schedule", "timezone"))}),
        ("When one is missed or still runs", {"fields": (("misfire", "grace_seconds"), "overlap")}),
        (
            "What its jobs get",
            {
                "fields": (
                    ("priority", "retries"),
                    ("deadline_text", "stop_timeout_text"),
                    "capacity_json",
                    "locks_json",
                    "parameters_json",
                )
            },
        ),
        ("Times", {"fields": (("next_run_at", "last_run_at"), "created_at")}),
    )
    empty_text = "Crons make jobs on a schedule. There is none yet."

    next_run = time_column("next_run_at", "next run")
    last_run = time_column("last_run_at", "last run")
    parameters_json = json_field("parameters", "parameters")
    capacity_json = json_field("capacity_map", "capacity")
    locks_json = json_field("locks", "locks")
