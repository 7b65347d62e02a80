"""The list of jobs as CSV, written while it is read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobs.models import Job
from jobs.models.queryset import JobQuerySet
from jobsite import patience
from jobsite.api.keyset import Place
from jobsite.console.jobs.job_criteria import address_of, criteria_of
from jobsite.console.jobs.spans import ran, waited
from jobsite.console.jobs.status_label import shown_status
from jobsite.csv_lines import csv_lines

MOST = 100_000
# Read by one short query each: no old snapshot is kept open for a slow reader.
PART = 1000
HEADER = (
    *("id", "number", "action", "status", "worker", "waited_seconds", "ran_seconds", "started_by"),
    *("created", "scheduled", "started", "ended", "updated", "cron", "ticket", "comment"),
)
_COLUMNS = (
    *("uuid", "action", "status", "late_result_at", "worker__name", "scheduled_by", "created_at", "scheduled_at"),
    *("started_at", "ended_at", "status_changed_at", "cron__name", "ticket_ref", "comment"),
)


@require_safe
def jobs_as_csv(request: HttpRequest) -> HttpResponseBase:
    """All that match, at most MOST; where there are more, the last line says so."""
    if not request.user.has_perm("jobs.view_job"):
        raise PermissionDenied
    jobs = criteria_of(request.GET).of(Job.objects.select_related("worker", "cron").only(*_COLUMNS))
    try:
        # Before the first byte goes out: what is too slow is a word on the list and no torn file.
        first = _part(jobs)
    except patience.TooSlow:
        messages.warning(request, "That reads too much of a large table. Narrow it by another filter as well.")
        return HttpResponseRedirect(f"{reverse('admin:jobs_job_changelist')}?{address_of(request.GET)}")
    response = StreamingHttpResponse(csv_lines(HEADER, _parts(jobs, first)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="jobs.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _parts(jobs: JobQuerySet, part: list[Job]) -> Iterator[list[list[Any]]]:
    written = 0
    while part:
        if written >= MOST:
            yield [[f"Cut after {written} jobs: narrow the list by a time."]]
            return
        now = timezone.now()
        yield [_row(job, now) for job in part]
        written += len(part)
        last = Place(part[-1].scheduled_at, part[-1].pk)
        part = _part(jobs.filter(last.behind())) if len(part) == PART else []


def _part(jobs: JobQuerySet) -> list[Job]:
    with patience.at_most(patience.LIST):
        return list(jobs.newest_scheduled_first()[:PART])


def _row(job: Job, now: datetime) -> list[Any]:
    spans = (waited(job, now), ran(job, now))
    times = (job.created_at, job.scheduled_at, job.started_at, job.ended_at, job.status_changed_at)
    return [
        *(str(job.uuid), job.pk, job.action, shown_status(job), job.worker.name if job.worker else None),
        *(span and round(span.total_seconds(), 3) for span in spans),
        job.scheduled_by,
        *(at and at.astimezone(UTC).isoformat() for at in times),
        *(job.cron.name if job.cron else None, job.ticket_ref, job.comment),
    ]
