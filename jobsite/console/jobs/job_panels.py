"""The boxes on a job's page: error, data, the end of its log, its audit events."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from jobs.engine.waiting import waiting_reasons
from jobs.models import AuditEvent, Job, JobLog
from jobsite.console.base.words import pretty
from jobsite.console.jobs.job_log import OF_JOB
from jobsite.console.jobs.status_label import COLOURS, coloured_status

LOG_TAIL = 200
AUDIT_EVENTS = 50


def panels(job: Job, request: HttpRequest) -> dict[str, Any]:
    """What the template of the page shows around the fields; logs and audit only to those who may see them."""
    status, words = coloured_status(job)
    return {
        "status_words": words,
        "status_colour": COLOURS.get(status),
        "waiting_reasons": [reason.text for reason in waiting_reasons(job)],
        "error": _error(job),
        "data": [
            ("Parameters", pretty(job.parameters)),
            ("Result", pretty(job.result)),
            ("Finished", pretty(job.finished)),
        ],
        **(_log(job) if request.user.has_perm("jobs.view_joblog") else {}),
        **(_audit(job) if request.user.has_perm("jobs.view_auditevent") else {}),
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


def _log(job: Job) -> dict[str, Any]:
    newest = JobLog.objects.filter(job=job).order_by("-line_number")[:LOG_TAIL]
    lines = list(reversed(newest))
    query = urlencode({OF_JOB: job.pk})
    return {
        "log_lines": lines,
        "log_skipped": lines[0].line_number if lines else 0,
        "log_url": f"{reverse('admin:jobs_joblog_changelist')}?{query}",
        "shows_log": True,
    }


def _audit(job: Job) -> dict[str, Any]:
    events = AuditEvent.objects.filter(object_type="job", object_id=str(job.uuid)).defer("before", "after")
    query = urlencode({"object_type": "job", "object_id": str(job.uuid)})
    return {
        "audit_events": list(events.order_by("-id")[:AUDIT_EVENTS]),
        "audit_url": f"{reverse('admin:jobs_auditevent_changelist')}?{query}",
        "shows_audit": True,
    }
