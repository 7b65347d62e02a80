"""The pages over workers, capacity classes and beats."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from jobs.models import Job
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import json_field, time_column
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.base.words import span, units
from workers.models import Beat, CapacityClass, Worker, WorkerState

COLOURS: dict[str, str] = {
    WorkerState.RUNNING: "success",
    WorkerState.DRAINING: "warning",
    WorkerState.DEAD: "danger",
}


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ("name", "state_label", "lease", "capacity_units", "slots", "host_and_pid", "version", "heartbeat")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("name", "hex_id", "host")
    search_help_text = "Name, id or host"
    sortable_by = ("name", "heartbeat")
    fieldsets = (
        ("Worker", {"fields": (("name", "hex_id"), ("state", "lease"), ("host_and_pid", "version"))}),
        ("Capacity", {"fields": (("capacity_units", "slots"), "kept_free", "capacity_json", "override_json")}),
        ("Times", {"fields": (("started_at", "heartbeat_at"), ("lease_until", "boot_id"))}),
    )
    empty_text = "No worker has registered yet. Start one: manage.py worker --capacity default=4"

    heartbeat = time_column("heartbeat_at", "heartbeat")
    capacity_json = json_field("capacity", "as started")
    override_json = json_field("capacity_override", "as set by an operator")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # By the database's clock, as everything that goes by leases.
        left = ExpressionWrapper(F("lease_until") - Now(), output_field=DurationField())
        rows: QuerySet[Any] = super().get_queryset(request).annotate(lease_left=left)
        return rows

    @shown_as("state", label=COLOURS)
    def state_label(self, worker: Any) -> tuple[str, str]:
        # It says that it runs, but was not heard of for longer than its lease.
        silent = worker.state in (WorkerState.RUNNING, WorkerState.DRAINING) and worker.lease_left <= timedelta(0)
        return (WorkerState.DEAD, "lease over") if silent else (worker.state, worker.state)

    @shown_as("lease")
    def lease(self, worker: Any) -> str:
        left: timedelta = worker.lease_left
        return f"{span(left)} left" if left > timedelta(0) else f"over for {span(-left)}"

    @shown_as("capacity")
    def capacity_units(self, worker: Worker) -> str:
        return units(worker.total)

    @shown_as("kept free for")
    def kept_free(self, worker: Worker) -> str:
        job = Job.objects.filter(hold__worker=worker, ready=True).only("action").first()
        if job is None:
            return "-"
        url = reverse("admin:jobs_job_change", args=[job.pk])
        return format_html('<a class="text-link" href="{}">job {} {}</a>', url, job.pk, job.action)

    @shown_as("host and pid")
    def host_and_pid(self, worker: Worker) -> str:
        return f"{worker.host} {worker.pid}"


@admin.register(CapacityClass)
class CapacityClassAdmin(ReadOnlyAdmin):
    list_display = ("name", "needs_units", "created", "last_used")
    search_fields = ("name",)
    sortable_by = ("name", "last_used")
    fieldsets = ((None, {"fields": ("name", "needs_units", ("created_at", "last_used_at"))}),)
    empty_text = "A class appears with the first job that has its needs, and goes a day after the last."

    created = time_column("created_at", "created")
    last_used = time_column("last_used_at", "last used")

    @shown_as("needs")
    def needs_units(self, row: CapacityClass) -> str:
        return units(row.needs) or "-"


@admin.register(Beat)
class BeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "started", "heartbeat", "last_tick")
    fields = ("name", "started_at", "heartbeat_at", "ticked_at")
    empty_text = "No beat has registered yet: crons and scheduled jobs need one."

    started = time_column("started_at", "started")
    heartbeat = time_column("heartbeat_at", "heartbeat")
    last_tick = time_column("ticked_at", "last tick")
