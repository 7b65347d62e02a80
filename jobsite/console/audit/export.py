"""The list of the audit as CSV: what its filters leave, all of it, written as GET /api/v0/audit writes it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from jobsite import patience
from jobsite.api.v0.audit_pages import as_csv_file


def export(request: HttpRequest, events: Any) -> HttpResponseBase:
    try:
        return as_csv_file(events.order_by("-at", "-id"))
    except patience.TooSlow:
        messages.warning(request, "That reads too much of a large table. Narrow it by user, object or time as well.")
        return HttpResponseRedirect(f"{reverse('admin:jobs_auditevent_changelist')}?{request.GET.urlencode()}")
