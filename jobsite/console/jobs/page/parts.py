"""The live parts of a job's page: what it is and does now; and its data, which changes only with its status."""

from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from jobs.models import AuditEvent, Job
from jobs.models.queryset import JobQuerySet
from jobs.seal.form import masked
from jobsite.console.audit.links import audit_of
from jobsite.console.base.live import live_part, live_view
from jobsite.console.base.words import pretty
from jobsite.console.jobs.page.chain import attempts_of, events_of, pauses_of
from jobsite.console.jobs.page.devices import devices_of
from jobsite.console.jobs.page.facts import facts_of
from jobsite.console.jobs.page.timeline import chain_picture
from jobsite.console.jobs.page.tree import grow
from jobsite.console.jobs.page.verbs import ways
from jobsite.console.jobs.page.why import why_it_waits
from jobsite.console.jobs.status_label import COLOURS, coloured_status

AUDIT_EVENTS = 50
# As it is stored. A larger one is not even read: the API has it.
LARGEST_RESULT = 4 * 1024 * 1024
HEAVY = ("parameters", "result", "finished")


def light_rows() -> JobQuerySet:
    """All but the data. Joined: a worker or cron that is gone is None then, and no error."""
    return Job.objects.select_related("worker", "capacity_class", "cron").defer(*HEAVY)


@live_view("jobs.view_job")
def now_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    job = get_object_or_404(light_rows(), pk=pk)
    return live_part(request, "admin/jobs/job/now.html", lambda: now_of(request, job))


@live_view("jobs.view_job")
def data_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    columns = ("uuid", "status", "status_changed_at", "late_result_at", "reported_at")
    job = get_object_or_404(Job.objects.only(*columns), pk=pk)
    newest = _events(job).values_list("pk", flat=True).first() if _may_audit(request) else None
    stamp = f"{job.status} {job.status_changed_at} {job.late_result_at} {job.reported_at} {newest}"
    return live_part(request, "admin/jobs/job/data.html", lambda: data_of(request, job), stamp=stamp)


def now_of(request: HttpRequest, job: Job) -> dict[str, Any]:
    """Heading, verbs, why it waits, error, progress, timeline, facts."""
    now = timezone.now()
    status, words = coloured_status(job)
    attempts = attempts_of(job)
    events = events_of(attempts) if _may_audit(request) else []
    pauses = pauses_of(job) if _may_audit(request) else []
    reasons, more = why_it_waits(job)
    why = reasons[0].text if reasons else ""
    return {
        "job": job,
        "status_words": words,
        "status_colour": COLOURS.get(status),
        "ways": ways(request, job),
        "reasons": reasons,
        "more_reasons": more,
        "error": _error(job),
        "facts": facts_of(job, now=now),
        "attempts": len(attempts),
        **chain_picture(job, attempts, events, now=now, why=why, pauses=pauses),
    }


def data_of(request: HttpRequest, job: Job) -> dict[str, Any]:
    """Parameters, result and audit; of them only as much as can be shown."""
    sizes = Job.objects.filter(pk=job.pk).annotate(
        size=Func(F("result"), function="pg_column_size", output_field=IntegerField())
    )
    row = sizes.values_list("parameters", "finished", "size").first()
    if row is None:
        raise Http404("the job was deleted meanwhile")
    parameters, finished, size = row
    result = None
    if size is not None and size <= LARGEST_RESULT:
        result = Job.objects.filter(pk=job.pk).values_list("result", flat=True).first()
    return {
        "parameters": None if parameters is None else grow(masked(parameters)),
        "result": None if result is None else grow(result),
        "result_too_large": size is not None and size > LARGEST_RESULT,
        "result_url": f"/api/v0/jobs/{job.uuid}/result",
        "devices": devices_of(result),
        "finished": finished if isinstance(finished, list) else [],
        **(_audit(job) if _may_audit(request) else {}),
    }


def _error(job: Job) -> dict[str, Any]:
    """Why it did not end well, in the order in which a person asks: what, by whom, where in the code."""
    exception = job.exception if isinstance(job.exception, dict) else {}
    return {
        "type": exception.get("type"),
        "message": exception.get("message"),
        "args": pretty(exception.get("args")) if exception.get("args") else "",
        "traceback": exception.get("traceback"),
        "canceled_by": job.canceled_by,
        "cancel_reason": job.cancel_reason,
    }


def _may_audit(request: HttpRequest) -> bool:
    return request.user.has_perm("jobs.view_auditevent")


def _events(job: Job) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(object_type="job", object_id=str(job.uuid)).order_by("-id")


def _audit(job: Job) -> dict[str, Any]:
    return {
        "audit_events": list(_events(job).defer("before", "after")[:AUDIT_EVENTS]),
        "audit_url": audit_of(object_type="job", object_id=str(job.uuid)),
        "shows_audit": True,
    }
