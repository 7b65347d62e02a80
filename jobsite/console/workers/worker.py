"""The list of workers and the page of one: what it holds, what runs on it now, its last hour, what it left behind."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from jobs.models import Hold, Job
from jobs.states import Status
from jobsite.console.base.changelist import BoundedChangeList
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import counting, json_field
from jobsite.console.base.live import live_part, live_view
from jobsite.console.base.live_list import LiveListAdmin
from jobsite.console.workers.hour import last_hour
from jobsite.console.workers.state import COLOURS, coloured_state
from jobsite.console.workers.use import use_of
from jobsite.console.workers.verbs import VERBS, ways
from workers.models import Worker

# What it left behind: the newest of its jobs that its death has cut.
MOST_CUT = 20
RECENT = timedelta(days=1)


class WorkerList(BoundedChangeList):
    """Gives each row its use, in three queries for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        use = use_of(rows)
        for row in rows:
            row.use = use[row.pk]
        self.result_list = rows


@admin.register(Worker)
class WorkerAdmin(LiveListAdmin):
    list_display = ("name", "state_label", "lease", "capacity_bars", "slots", "host_and_pid", "version", "heartbeat")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("name", "hex_id", "host")
    search_help_text = "Name, id or host"
    sortable_by = ("name", "heartbeat")
    fieldsets = (
        ("Worker", {"fields": (("name", "hex_id"), ("host_and_pid", "version"), ("started_at", "boot_id"))}),
        ("Capacity", {"fields": (("slots", "capacity_version"), "capacity_json", "override_json")}),
    )
    empty_text = "No worker has registered yet. Start one: manage.py worker --capacity default=4"

    capacity_json = json_field("capacity", "as started")
    override_json = json_field("capacity_override", "as set by an operator")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[WorkerList]:  # noqa: ARG002
        return WorkerList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:  # noqa: ARG002
        rows: QuerySet[Any] = Worker.objects.with_shown_state()
        return rows

    @shown_as("state", label=COLOURS)
    def state_label(self, worker: Any) -> tuple[str, str]:
        return coloured_state(worker)

    @shown_as("lease ends in")
    def lease(self, worker: Any) -> str:
        return counting(worker.lease_until, "until") if worker.state != "stopped" else "-"

    @shown_as("heartbeat", ordering="heartbeat_at")
    def heartbeat(self, worker: Any) -> str:
        return counting(worker.heartbeat_at, "since")

    @shown_as("capacity")
    def capacity_bars(self, worker: Any) -> str:
        return render_to_string("admin/workers/bars.html", {"use": worker.use})

    @shown_as("host and pid")
    def host_and_pid(self, worker: Worker) -> str:
        return f"{worker.host} {worker.pid}"

    def get_urls(self) -> list[URLPattern]:
        verbs = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view.as_view(model_admin=self)), name=f"worker_{name}")
            for name, view in VERBS.items()
        ]
        return [path("<int:pk>/now/", _live, name="worker_now"), *verbs, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["live_url"] = reverse("admin:worker_now", args=[context["original"].pk])
        context.update(_now(request, context["original"]))
        return super().render_change_form(request, context, *args, **kwargs)


@live_view("workers.view_worker")
def _live(request: HttpRequest, pk: int) -> HttpResponseBase:
    worker = get_object_or_404(Worker.objects.with_shown_state(), pk=pk)
    return live_part(request, "admin/workers/worker/now.html", lambda: _now(request, worker))


def _now(request: HttpRequest, worker: Any) -> dict[str, Any]:
    state, words = coloured_state(worker)
    hold = Hold.objects.filter(worker=worker, job__ready=True).select_related("job").only("job__action").first()
    columns = ("uuid", "action", "status", "slot", "started_at", "progress_done", "progress_total")
    running = Job.objects.occupying().filter(worker=worker).only(*columns).order_by("started_at")
    # A picture that moved on with each second would never be answered 304.
    minute = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
    return {
        "worker": worker,
        "state_words": words,
        "state_colour": COLOURS.get(state),
        "use": use_of([worker])[worker.pk],
        "kept_for": hold.job if hold else None,
        "running": list(running),
        "hour": last_hour(worker, minute),
        "cut": _cut(worker),
        "ways": ways(request, worker),
    }


def _cut(worker: Worker) -> list[Job]:
    """What its death has cut of late, with the attempt that was made in its place."""
    columns = ("uuid", "action", "status", "ended_at", "next_job")
    newest = Job.objects.filter(worker=worker).newest_scheduled_first()[:1000].values("pk")
    dead = Job.objects.filter(pk__in=newest, status=Status.WORKER_DEAD, ended_at__gt=timezone.now() - RECENT)
    return list(dead.only(*columns).order_by("-ended_at")[:MOST_CUT])
