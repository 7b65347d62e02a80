"""Deletion now, not at its hour: how much goes is said before."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from jobs.actions.parameters import InvalidParameters
from jobs.engine.crons.run_now import run_now
from jobs.engine.errors import InvalidSubmission, NoSuchCron
from jobs.models import Cron
from jobsite.access.actor import admin_actor
from jobsite.console.base.confirm import ConfirmOne
from jobsite.console.base.links import job_url, link
from jobsite.console.retention.kept import THINGS, Kept, kept


class StartView(ConfirmOne):
    template_name = "admin/jobs/retention/start.html"
    refusals = (InvalidSubmission, NoSuchCron)
    # What is kept is decided by who may change it, though the cron itself may be run by others.
    permission = "jobs.change_cron"
    title = "Start deletion now"
    submit = "Start deletion"

    @cached_property
    def kept(self) -> Kept:
        found = next((one for one in kept() if one.action == self.kwargs["action"]), None)
        if found is None or found.cron is None:
            raise Http404("Nothing prunes that.")
        return found

    def back_url(self) -> str:
        return reverse("admin:jobs_retention")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kept=self.kept, **kwargs)

    def name(self) -> str:
        return self.kept.title

    def do(self, asked: dict[str, Any]) -> str:
        cron: Cron = self.kept.cron  # type: ignore[assignment]
        job = run_now(cron.name, by=admin_actor(self.request), reason=asked["reason"])
        return format_html("deletion has started. {}", link(job_url(job.pk), f"Job {job.pk}"))

    def consequence(self) -> str:
        try:
            words, count = self.kept.settings().words, self.kept.to_delete()
        except InvalidParameters as error:
            return f"Its settings are refused: {error}."
        of = "log lines of " if self.kept.action == "onlinegc_joblogs" else ""
        what = THINGS[self.kept.action].removesuffix("s" if count == "1" else "")
        return f"Deletes {of}{words}: now {count} {what}. What is gone is gone; the job can be canceled on its way."
