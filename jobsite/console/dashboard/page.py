"""The index and its live parts: each part is a template and what it shows."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from jobs.states import FINAL
from jobsite import patience
from jobsite.console.base.live import live_part, live_view
from jobsite.console.dashboard.capacity import capacity_use
from jobsite.console.dashboard.charts import charts
from jobsite.console.dashboard.history import DAY, HOUR, history
from jobsite.console.dashboard.needs.all import needs
from jobsite.console.dashboard.services import services
from jobsite.console.dashboard.states import states

# It reads across all of these; every role has them.
PERMISSIONS = ("jobs.view_job", "jobs.view_cron", "workers.view_worker", "workers.view_beat", "locks.view_joblock")


def _needs() -> dict[str, Any]:
    return {"needs": needs()}


def _now() -> dict[str, Any]:
    hour, day = history(HOUR).whole, history(DAY).whole
    ended = [(status.value.replace("_", " "), hour.amount(status), day.amount(status)) for status in FINAL]
    return {"services": services(), "states": states(), "ended": ended, "capacity": capacity_use()}


def _past() -> dict[str, Any]:
    return {"charts": [charts(history(span)) for span in (HOUR, DAY)]}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"needs": _needs, "now": _now, "past": _past}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the index shows at its first sight; live.js asks for the parts from then on."""
    context |= {"title": "Overview", "sees_all": request.user.has_perms(PERMISSIONS)}
    if not context["sees_all"]:
        return context
    try:
        with patience.at_most(patience.LIST):
            return context | {name: value for part in PARTS.values() for name, value in part().items()}
    except patience.TooSlow:
        return context | {"too_slow": True}


@live_view(*PERMISSIONS)
def part(request: HttpRequest, name: str) -> HttpResponseBase:
    if name not in PARTS:
        return HttpResponse(status=404)
    try:
        with patience.at_most(patience.LIST):
            return live_part(request, f"admin/dashboard/{name}.html", PARTS[name])
    except patience.TooSlow:
        return HttpResponse(status=503)


urlpatterns = [path("<slug:name>", part, name="dashboard-part")]
