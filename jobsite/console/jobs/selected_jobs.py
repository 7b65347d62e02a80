"""The pages that cancel or retry the jobs that a person has ticked: each in words, then the result for each."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from jobs.engine.bulk import Verb
from jobs.models import Job
from jobsite.access.actor import admin_actor
from jobsite.access.permissions import lacking
from jobsite.console.base.confirm import ConfirmView
from jobsite.console.jobs.job_criteria import address_of
from jobsite.console.jobs.job_verbs import REFUSALS, Cancel, JobVerb, Retry
from jobsite.console.jobs.status_label import COLOURS, coloured_status

# A page of the list holds no more.
MOST = 100
_COLUMNS = ("uuid", "action", "status", "stop_timeout", "late_result_at", "next_job", "next")


def selected_url(verb: Verb, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponse:
    """To the page that asks before `verb` is done to these jobs."""
    ids = urlencode({"id": list(jobs.values_list("pk", flat=True)[:MOST])}, doseq=True)
    return HttpResponseRedirect(f"{reverse(f'admin:jobs_selected_{verb}')}?{ids}&{address_of(request.GET)}")


class _Selected(JobVerb, ConfirmView):
    """By number in the address, beside the filters of the list that it came from."""

    template_name = "admin/jobs/job/selected.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.lacks = lacking(request.user)
        sent = sorted(set(self.sent_ids()))[:MOST]
        self.jobs = Job.objects.filter(pk__in=sent).only(*_COLUMNS).newest_scheduled_first()
        if request.user.has_perm(self.permission) and not self.jobs.exists():
            messages.info(request, "No job was chosen, or those that were are deleted: nothing was done.")
            return HttpResponseRedirect(self.back_url())
        return super().dispatch(request, *args, **kwargs)

    def back_url(self) -> str:
        return f"{reverse('admin:jobs_job_changelist')}?{address_of(self.request.GET)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = [{"job": job, "words": self.becomes(job), **_label(job)} for job in self.jobs]
        return super().get_context_data(shown=shown, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """The result stands on a page of its own: a message would hold too little."""
        reason = form.cleaned_data["reason"]
        results = [self._result(job, reason) for job in self.jobs]
        done = sum(result["done"] for result in results)
        context = {"results": results, "done": done, "refused": len(results) - done, "reason": reason}
        self.template_name = "admin/jobs/job/results.html"
        return self.render_to_response(super().get_context_data(form=form, **context))

    def _result(self, job: Job, reason: str) -> dict[str, Any]:
        try:
            words, made = self.do(job.uuid, by=admin_actor(self.request), reason=reason)
        except REFUSALS as error:
            return {"job": job, "done": False, "words": f"refused: {error}"}
        return {"job": job, "done": True, "words": words, "made": made}


def _label(job: Job) -> dict[str, Any]:
    status, words = coloured_status(job)
    return {"colour": COLOURS.get(status), "status": words}


class CancelSelected(Cancel, _Selected):
    title = "Cancel the chosen jobs"


class RetrySelected(Retry, _Selected):
    title = "Run the chosen jobs again"
