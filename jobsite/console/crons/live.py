"""What a cron's page shows of its runs, kept fresh while it is open."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from jobs.models import Cron
from jobsite.console.audit.links import audit_of
from jobsite.console.base.live import live_part, live_view
from jobsite.console.crons.confirm import ways
from jobsite.console.crons.runs import runs_of
from jobsite.console.crons.strip import LEGEND, strip_of


@live_view("jobs.view_cron")
def runs_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    cron = get_object_or_404(Cron, pk=pk)
    return live_part(request, "admin/jobs/cron/runs.html", lambda: runs_context(request, cron))


def runs_context(request: HttpRequest, cron: Cron) -> dict[str, Any]:
    runs = runs_of([cron.pk])[cron.pk]
    strip = strip_of(cron.name, runs)
    audit_url = audit_of(object_type="cron", object_id=cron.name)
    shown = {"cron": cron, "runs": runs, "strip": strip, "legend": LEGEND}
    return {**shown, "ways": ways(request, cron), "audit_url": audit_url}
