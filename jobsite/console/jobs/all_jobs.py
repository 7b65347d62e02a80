"""The pages that cancel or retry all jobs that match: how many, confirmed, then a job that does it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from jobs.criteria import Criteria
from jobs.engine.bulk import MOST, bulk, candidates
from jobsite import patience
from jobsite.access.actor import admin_actor
from jobsite.access.permissions import lacking
from jobsite.console.base.confirm import ConfirmView
from jobsite.console.base.links import job_url
from jobsite.console.jobs.job_criteria import address_of, criteria_of, words_of
from jobsite.console.jobs.job_verbs import Cancel, JobVerb, Retry


class _All(JobVerb, ConfirmView):
    """No more are changed than the page has shown, whatever matches by then."""

    template_name = "admin/jobs/job/all.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The bulk is a job that is submitted.
        if not request.user.has_perms([self.permission, "jobs.submit_job"]):
            raise PermissionDenied
        self.criteria = criteria_of(request.GET)
        try:
            why_not = self._why_not()
        except patience.TooSlow:
            why_not = "That reads too much of a large table. Narrow it by another filter as well."
        if why_not:
            messages.warning(request, why_not)
            return HttpResponseRedirect(self.back_url())
        return super().dispatch(request, *args, **kwargs)

    def _why_not(self) -> str:
        """Counts them. What stands in the way, or nothing."""
        if self.criteria == Criteria():
            return "Set a filter first: without one it would be every job there is."
        with patience.at_most(patience.LIST):
            self.count: int = candidates(self.verb, self.criteria)[: settings.EXACT_COUNT_CAP + 1].count()
        if not self.count:
            return "Nothing to do: no job that matches is in a state that allows it."
        if self.count > MOST and not self.request.user.has_perm("jobs.bulk_job"):
            return f"More than {MOST:,} jobs match, which none of your roles may change at once. Narrow the filters."
        return ""

    def back_url(self) -> str:
        return f"{reverse('admin:jobs_job_changelist')}?{address_of(self.request.GET)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        beyond = self.count > settings.EXACT_COUNT_CAP
        return super().get_context_data(
            count=self.count,
            count_words=f"more than {settings.EXACT_COUNT_CAP:,}" if beyond else f"{self.count:,}",
            criteria=words_of(self.criteria),
            words=self.words,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Sent without the page, it confirms nothing.
        if not _number(request.POST.get("count")):
            return HttpResponseRedirect(request.get_full_path())
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        shown = _number(self.request.POST.get("count"))
        most = None if shown > settings.EXACT_COUNT_CAP and self.request.user.has_perm("jobs.bulk_job") else shown
        by, reason = admin_actor(self.request), form.cleaned_data["reason"]
        job = bulk(self.verb, self.criteria, by=by, reason=reason, most=most, lacks=lacking(self.request.user))
        words = format_html("{} of {} jobs is under way: here is what it does.", self.title, min(shown, self.count))
        messages.success(self.request, words)
        return HttpResponseRedirect(job_url(job.pk))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


class CancelAll(Cancel, _All):
    title = "Cancel all jobs that match"


class RetryAll(Retry, _All):
    title = "Run all jobs that match again"
