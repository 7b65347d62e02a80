"""Above the list of jobs: the person's views, what can be done to all that match, and the list as CSV."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from jobsite.console.jobs.all_jobs import CancelAll, RetryAll
from jobsite.console.jobs.job_criteria import address_of, criteria_of, words_of
from jobsite.console.jobs.saved_views import own_views


def tools_of(request: HttpRequest) -> dict[str, Any]:
    address = address_of(request.GET)
    return {
        "address": address,
        "chosen_by": words_of(criteria_of(request.GET)),
        "saved_views": list(own_views(request)),
        "csv_url": f"{reverse('admin:jobs_csv')}?{address}",
        "for_all": _for_all(request, address) if address else [],
    }


def _for_all(request: HttpRequest, address: str) -> list[tuple[str, str]]:
    """Title and address of what this person may do to all that match."""
    return [
        (view.title, f"{reverse(f'admin:jobs_all_{view.verb}')}?{address}")
        for view in (CancelAll, RetryAll)
        if request.user.has_perms([view.permission, "jobs.submit_job"])
    ]
