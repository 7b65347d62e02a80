"""From a row of the audit to what was changed, and to the rest of its story."""

from django.urls import reverse
from django.utils.http import urlencode

from jobs.models import AuditEvent
from jobsite.console.base.links import job_url

# Kinds that are named by a text: their lists find it, whether it is still there or not.
_LISTS = {
    "cron": "jobs_cron",
    "worker": "workers_worker",
    "lock": "locks_lockname",
    "action_config": "jobs_actionconfig",
}
_PAUSABLE = ("action", "class")


def object_url(event: AuditEvent) -> str:
    """Empty for what has no page that every reader of the audit may open."""
    if event.object_type == "job":
        return job_url(event.object_id)
    if event.object_type in _PAUSABLE:
        return reverse("admin:jobs_pause_changelist")
    if name := _LISTS.get(event.object_type):
        return f"{reverse(f'admin:{name}_changelist')}?{urlencode({'q': event.object_id})}"
    return ""


def audit_of(**asked: str) -> str:
    """The trail, filtered."""
    return f"{reverse('admin:jobs_auditevent_changelist')}?{urlencode(asked)}"
