"""Deletion now, not at its hour: how much goes is said before."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from jobs.actions.parameters import InvalidParameters
from jobs.engine.crons.run_now import run_now
from jobs.engine.errors import InvalidSubmission, NoSuchCron
from jobs.models import Cron
from jobsite.access.actor import admin_actor
from jobsite.console.base.confirm import ConfirmView
from jobsite.console.retention.kept import THINGS, Kept, kept


class StartView(ConfirmView):
    template_name = "admin/jobs/retention/start.html"
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
        return super().get_context_data(kept=self.kept, consequence=self._consequence(), **kwargs)

    def act(self, asked: dict[str, Any]) -> None:
        cron: Cron = self.kept.cron  # type: ignore[assignment]
        try:
            job = run_now(cron.name, by=admin_actor(self.request), reason=asked["reason"])
        except (InvalidSubmission, NoSuchCron) as error:
            messages.error(self.request, f"{cron.name}: {error}")
            return
        url = reverse("admin:jobs_job_change", args=[job.pk])
        link = format_html('<a class="text-link" href="{}">Job {}</a>', url, job.pk)
        messages.success(self.request, format_html("{}: deletion has started. {}", self.kept.title, link))

    def _consequence(self) -> str:
        try:
            words, count = self.kept.settings().words, self.kept.to_delete()
        except InvalidParameters as error:
            return f"Its settings are refused: {error}."
        of = "log lines of " if self.kept.action == "onlinegc_joblogs" else ""
        what = THINGS[self.kept.action].removesuffix("s" if count == "1" else "")
        return f"Deletes {of}{words}: now {count} {what}. What is gone is gone; the job can be canceled on its way."
