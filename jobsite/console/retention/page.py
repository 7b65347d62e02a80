"""The page of both kinds; saving one saves its cron, by the engine's verb."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from jobs.actions.parameters import InvalidParameters
from jobs.engine.crons.save import save_cron
from jobs.engine.errors import InvalidSubmission
from jobsite.access.actor import admin_actor
from jobsite.console.crons.preview import describe
from jobsite.console.crons.runs import runs_of
from jobsite.console.crons.strip import strip_of
from jobsite.console.retention.form import RetentionForm
from jobsite.console.retention.kept import Kept, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    kept: Kept
    form: RetentionForm
    when: str
    strip: SafeString | None
    may_change: bool
    # Empty for who may not start it.
    start_url: str


def retention_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    if not request.user.has_perm("jobs.view_cron"):
        raise PermissionDenied
    kinds = kept()
    forms = {one.action: _form(request, one) for one in kinds}
    if request.method == "POST" and _saved(request, kinds, forms):
        return HttpResponseRedirect(reverse("admin:jobs_retention"))
    runs = runs_of([one.cron.pk for one in kinds if one.cron])
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Retention",
        "opts": model_admin.opts,
        "panels": [_panel(request, one, forms[one.action], runs) for one in kinds],
    }
    return TemplateResponse(request, "admin/jobs/retention/page.html", context)


def _saved(request: HttpRequest, kinds: list[Kept], forms: dict[str, RetentionForm]) -> bool:
    one = next((one for one in kinds if one.action == request.POST.get("action")), None)
    if one is None:
        raise Http404
    if not _may_change(request, one):
        raise PermissionDenied
    form = forms[one.action]
    if not form.is_valid():
        return False
    data = form.cleaned_data
    spec = one.spec(enabled=data["enabled"], parameters={"days": data["days"], "most": data["most"]})
    try:
        save_cron(spec, by=admin_actor(request))
    except InvalidSubmission as error:
        form.refuse(error)
        return False
    messages.success(request, f"{one.title}: saved.")
    return True


def _form(request: HttpRequest, one: Kept) -> RetentionForm:
    posted = request.POST if request.method == "POST" and request.POST.get("action") == one.action else None
    return RetentionForm(
        posted,
        prefix=one.action,
        may_change=_may_change(request, one),
        initial=_initial(one),
        use_required_attribute=False,
    )


def _initial(one: Kept) -> dict[str, Any]:
    enabled = bool(one.cron and one.cron.enabled)
    try:
        asked = one.settings()
    except InvalidParameters:
        # Somebody's cron holds what its action refuses: shown empty, to be set anew.
        return {"enabled": enabled}
    return {"enabled": enabled, "days": asked.days, "most": asked.most}


def _may_change(request: HttpRequest, one: Kept) -> bool:
    return request.user.has_perm("jobs.change_cron" if one.cron else "jobs.add_cron")


def _panel(request: HttpRequest, one: Kept, form: RetentionForm, runs: dict[int, list[Any]]) -> Panel:
    cron = one.cron
    may_start = cron is not None and request.user.has_perm("jobs.change_cron")
    return Panel(
        kept=one,
        form=form,
        when=f"{describe(cron.schedule, cron.timezone)} ({cron.timezone})" if cron else "",
        strip=strip_of(cron.name, runs[cron.pk]) if cron and runs[cron.pk] else None,
        may_change=_may_change(request, one),
        start_url=reverse("admin:jobs_retention_start", args=[one.action]) if may_start else "",
    )
