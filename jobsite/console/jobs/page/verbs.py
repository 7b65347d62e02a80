"""What a person does to one job: cancel, kill, retry, delete. Each asks first and says what will happen."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from jobs.engine.cancel import cancel
from jobs.engine.delete import delete
from jobs.engine.errors import ActionForbidden, JobEnded, JobNotEnded, JobReserved, NoSuchJob
from jobs.engine.retry import retry
from jobs.engine.submission import stop_timeout_of
from jobs.models import Job
from jobs.states import FINAL, OCCUPYING, Status
from jobsite.access.actor import admin_actor
from jobsite.access.permissions import lacking
from jobsite.console.base.confirm import ConfirmOne, ForcibleView, ReasonForm
from jobsite.console.base.links import job_url
from jobsite.console.base.words import span

FORCE = "jobs.force_job"


class CancelForm(ReasonForm):
    force = forms.BooleanField(required=False, label="Force: kill it at once, without its stop timeout")


class OneJob(ConfirmOne):
    """Of the job in the address. A verb that makes another one sets `made`."""

    template_name = "admin/jobs/job/confirm.html"
    refusals = (JobEnded, JobNotEnded, JobReserved, ActionForbidden)
    made: Job | None = None

    @cached_property
    def job(self) -> Job:
        columns = ("uuid", "action", "status", "stop_timeout", "next", "worker__name")
        return get_object_or_404(Job.objects.select_related("worker").only(*columns), pk=self.kwargs["pk"])

    def back_url(self) -> str:
        return job_url(self.made.pk if self.made else self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(job=self.job, **kwargs)

    def name(self) -> str:
        return f"Job {self.job.pk}"

    def act(self, asked: dict[str, Any]) -> None:
        try:
            super().act(asked)
        except NoSuchJob:
            self.tell(messages.WARNING, self.name(), "it was deleted meanwhile.")


class CancelView(OneJob, ForcibleView):
    permission = "jobs.cancel_job"
    force_permission = FORCE
    title = "Cancel a job"
    submit = "Cancel the job"
    form_class = CancelForm

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if self.job.status == Status.WAITING:
            form.fields.pop("force", None)
        return form

    def consequence(self) -> str:
        if self.job.status == Status.WAITING:
            return "It waits, so it ends at once: it never starts, and nothing that was to follow it is submitted."
        patience = span(stop_timeout_of(self.job.stop_timeout))
        return (
            f"It runs{' on ' + self.job.worker.name if self.job.worker else ''}: it is asked to stop, and killed if it "
            f"has not stopped after {patience}. What it began may be half done. It is not run again by itself."
        )

    def do(self, asked: dict[str, Any]) -> str:
        force = asked.get("force", False)
        status = cancel(self.job.uuid, by=admin_actor(self.request), reason=asked["reason"], force=force)
        if status not in OCCUPYING:
            return "canceled."
        return "its worker kills it now." if force else "asked to stop."


class RetryView(OneJob):
    permission = "jobs.retry_job"
    title = "Retry a job"
    submit = "Run it again"
    form_class = forms.Form

    def consequence(self) -> str:
        return (
            "A new job with the same action, parameters, locks and limits starts as soon as there is room, with all "
            "its retries anew. This one stays as it is. What it did already is done once more."
        )

    def do(self, asked: dict[str, Any]) -> str:  # noqa: ARG002
        self.made = retry(self.job.uuid, by=admin_actor(self.request), lacks=lacking(self.request.user))
        return f"runs again as job {self.made.pk}."


class DeleteView(OneJob):
    permission = "jobs.delete_job"
    title = "Delete a job"
    submit = "Delete the job"

    def consequence(self) -> str:
        runs = "It runs: its worker stops it first. " if self.job.status in OCCUPYING else ""
        return f"{runs}The job and its log are gone for good. The audit keeps its row, with your reason."

    def back_url(self) -> str:
        return super().back_url() if self.request.method == "GET" else reverse("admin:jobs_job_changelist")

    def do(self, asked: dict[str, Any]) -> str:
        runs = self.job.status in OCCUPYING
        delete(self.job.uuid, by=admin_actor(self.request), reason=asked["reason"])
        return "its worker stops it, then it is gone." if runs else "deleted."


VERBS: dict[str, type[OneJob]] = {"cancel": CancelView, "retry": RetryView, "remove": DeleteView}
_WORDS = {"cancel": "Cancel", "retry": "Retry", "again": "Run again with changes", "remove": "Delete"}
_NEEDS = {"again": "jobs.submit_job", **{name: view.permission for name, view in VERBS.items()}}


def ways(request: HttpRequest, job: Job) -> list[tuple[str, str]]:
    """The verbs that fit its status and that this person may do: title and address."""
    return [
        (_WORDS[name], reverse(f"admin:job_{name}", args=[job.pk]))
        for name in _fitting(request, job.status)
        if request.user.has_perm(_NEEDS[name])
    ]


def _fitting(request: HttpRequest, status: str) -> list[str]:
    if status in (Status.WAITING, Status.RUNNING):
        return ["cancel", "again", "remove"]
    if status in FINAL:
        return ["retry", "again", "remove"]
    # It is being stopped already: only by force is there more to ask for.
    may_force = status == Status.CANCEL_REQUEST and request.user.has_perm(FORCE)
    return ["cancel", "again", "remove"] if may_force else ["again"]
