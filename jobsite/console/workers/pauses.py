"""What may be paused: each action and each capacity class, what it is, and by whom it is paused since when."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from jobs.actions.registry import Action, UnknownAction, registered_actions
from jobs.engine.errors import NoSuchClass
from jobs.engine.pause import pause, require_known
from jobs.engine.resume import resume
from jobs.models import Job, Pause
from jobsite.access.actor import admin_actor
from jobsite.console.base.confirm import ConfirmOne
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.base.words import units
from workers.models import CapacityClass

# What waits is counted no further.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pausable:
    name: str
    kind: str
    about: str
    needs: str
    locks: str
    pause: Pause | None

    @property
    def url(self) -> str:
        """Of the page that pauses it, or resumes it."""
        verb = "resume" if self.pause else "pause"
        return f"{reverse(f'admin:jobs_{verb}')}?{urlencode({'kind': self.kind, 'name': self.name})}"


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin):
    """The list shows all that could be paused, not only what is."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        if not self.has_view_permission(request):
            raise PermissionDenied
        paused = {(row.kind, row.name): row for row in Pause.objects.all()}
        context = {
            **self.admin_site.each_context(request),
            "title": "Actions and classes",
            "opts": self.opts,
            "groups": (("Actions", _actions(paused)), ("Capacity classes", _classes(paused))),
            "may_pause": request.user.has_perm("jobs.pause"),
        }
        return TemplateResponse(request, "admin/jobs/pause/list.html", context)

    def get_urls(self) -> list[URLPattern]:
        views = (("pause", PauseView), ("resume", ResumeView))
        return [
            *(
                path(f"{verb}/", self.admin_site.admin_view(view.as_view(model_admin=self)), name=f"jobs_{verb}")
                for verb, view in views
            ),
            *super().get_urls(),
        ]


def _actions(paused: dict[tuple[str, str], Pause]) -> list[Pausable]:
    kind = Pause.Kind.ACTION.value
    return [
        Pausable(
            name=one.name,
            kind=kind,
            about=one.description,
            needs=units(dict(one.capacity or {})) or "-",
            locks=_locks(one),
            pause=paused.get((kind, one.name)),
        )
        for one in registered_actions()
    ]


def _locks(action: Action) -> str:
    if not isinstance(action.locks, list):
        return "computed from its parameters"
    return ", ".join(f"{lock.name} ({lock.mode})" for lock in action.locks)


def _classes(paused: dict[tuple[str, str], Pause]) -> list[Pausable]:
    kind = Pause.Kind.CLASS.value
    return [
        Pausable(name=name, kind=kind, about="", needs=units(needs), locks="", pause=paused.get((kind, name)))
        for name, needs in CapacityClass.objects.order_by("name").values_list("name", "needs")
    ]


class _Pausing(ConfirmOne):
    template_name = "admin/jobs/pause/confirm.html"
    permission = "jobs.pause"

    @cached_property
    def what(self) -> tuple[Pause.Kind, str]:
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        kind, name = sent.get("kind", ""), sent.get("name", "")
        try:
            require_known(Pause.Kind(kind), name)
        except (ValueError, UnknownAction, NoSuchClass) as error:
            raise Http404(str(error)) from error
        return Pause.Kind(kind), name

    def back_url(self) -> str:
        return reverse("admin:jobs_pause_changelist")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, name = self.what
        return super().get_context_data(kind=kind.value, name=name, waiting=_waiting(kind, name), **kwargs)

    def name(self) -> str:
        kind, name = self.what
        return f"{kind.label} {name}"


class PauseView(_Pausing):
    title = "Pause"
    submit = "Pause"

    def consequence(self) -> str:
        return "From now on none of its waiting jobs starts; what runs goes on. New ones may be submitted, and wait."

    def do(self, asked: dict[str, Any]) -> str:
        done = pause(*self.what, by=admin_actor(self.request), reason=asked["reason"])
        return "is paused. What runs goes on." if done else "was paused already."


class ResumeView(_Pausing):
    title = "Resume"
    submit = "Resume"

    def consequence(self) -> str:
        return "Its waiting jobs start again, in their order."

    def do(self, asked: dict[str, Any]) -> str:
        done = resume(*self.what, by=admin_actor(self.request), reason=asked["reason"])
        return "runs again." if done else "was not paused."


def _waiting(kind: Pause.Kind, name: str) -> str:
    """How many jobs wait of it."""
    if kind == Pause.Kind.ACTION:
        jobs = Job.objects.waiting().filter(action=name, paused__in=[False, True])
    else:
        jobs = Job.objects.filter(ready=True, capacity_class__name=name)
    count = jobs.values("pk")[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"
