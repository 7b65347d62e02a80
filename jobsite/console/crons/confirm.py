"""The pages that ask before crons are run, enabled or disabled: what will happen to each, and why."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode

from jobs.engine.crons.enable import disable_cron, enable_cron
from jobs.engine.crons.run_now import run_now
from jobs.engine.errors import InvalidSubmission, NoSuchCron
from jobs.models import Cron, Job
from jobsite.access.actor import admin_actor
from jobsite.console.base.confirm import ConfirmView
from jobsite.console.base.links import job_url, link
from jobsite.console.crons.preview import first_run


def confirm_url(verb: str, crons: Iterable[Cron]) -> str:
    """Of the page that asks before `verb` (run, enable, disable) is done to these."""
    query = urlencode({"id": [cron.pk for cron in crons]}, doseq=True)
    return f"{reverse(f'admin:jobs_cron_{verb}')}?{query}"


class _CronVerb(ConfirmView):
    template_name = "admin/jobs/cron/confirm.html"
    refusals = (InvalidSubmission, NoSuchCron)

    @cached_property
    def crons(self) -> list[Cron]:
        crons = list(Cron.objects.filter(pk__in=self.sent_ids()))
        if not crons:
            raise Http404("These crons are gone.")
        return crons

    def back_url(self) -> str:
        if len(self.crons) == 1:
            return reverse("admin:jobs_cron_change", args=[self.crons[0].pk])
        return reverse("admin:jobs_cron_changelist")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = [(cron, self.consequence(cron)) for cron in self.crons]
        return super().get_context_data(crons=shown, **kwargs)

    def act(self, asked: dict[str, Any]) -> None:
        for cron in self.crons:
            self.attempt(cron.name, partial(self.do, cron, reason=asked["reason"]))

    def consequence(self, cron: Cron) -> str:
        raise NotImplementedError

    def do(self, cron: Cron, *, reason: str) -> str:
        """Call the verb; what has become of it, in words."""
        raise NotImplementedError


class RunView(_CronVerb):
    permission = "jobs.run_cron"
    title = "Run crons now"
    submit = "Run now"

    def consequence(self, cron: Cron) -> str:
        busy = Job.objects.filter(cron=cron.pk, ended_at=None).exists()
        beside = " A job of it has not ended: this one is made beside it." if busy else ""
        return f"Makes a job of {cron.action} at once. Its schedule goes on as it is.{beside}"

    def do(self, cron: Cron, *, reason: str) -> str:
        job = run_now(cron.name, by=admin_actor(self.request), reason=reason)
        return format_html("started. {}", link(job_url(job.pk), f"Job {job.pk}"))


class EnableView(_CronVerb):
    permission = "jobs.change_cron"
    title = "Enable crons"
    submit = "Enable"

    def consequence(self, cron: Cron) -> str:
        if cron.enabled:
            return "It is enabled already."
        first = first_run(cron.schedule, cron.timezone)
        return f"Runs again, first at {first}. What was missed till then is not made up for."

    def do(self, cron: Cron, *, reason: str) -> str:
        return "enabled." if enable_cron(cron.name, by=admin_actor(self.request), reason=reason) else "was enabled."


class DisableView(_CronVerb):
    permission = "jobs.change_cron"
    title = "Disable crons"
    submit = "Disable"

    def consequence(self, cron: Cron) -> str:
        if not cron.enabled:
            return "It is disabled already."
        return "Makes no more jobs until it is enabled. What waits or runs of it goes on."

    def do(self, cron: Cron, *, reason: str) -> str:
        return "disabled." if disable_cron(cron.name, by=admin_actor(self.request), reason=reason) else "was disabled."


VERBS: dict[str, type[_CronVerb]] = {"run": RunView, "enable": EnableView, "disable": DisableView}


def ways(request: HttpRequest, cron: Cron) -> list[tuple[str, str]]:
    """The verbs that fit its state and that this person may do: title and address."""
    return [
        (VERBS[name].submit, confirm_url(name, [cron]))
        for name in ("run", "disable" if cron.enabled else "enable")
        if request.user.has_perm(VERBS[name].permission)
    ]
