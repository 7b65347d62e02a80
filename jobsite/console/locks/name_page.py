"""The names that were ever locked, and the page of one: its holders, its line, and the way to free it."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from jobs.lock_report import MOST_WAITERS, SHOWN_WAITERS, Holder, report, waiters
from jobs.models import Job
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import counting
from jobsite.console.base.live import live_part, live_view
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.locks.words import COLOURS, expires_at, owner_of
from locks.models import JobLock, LockName


@admin.register(LockName)
class LockNameAdmin(ReadOnlyAdmin):
    list_display = ("name", "fence", "now")
    search_fields = ("name",)
    sortable_by = ("name",)
    fieldsets = ((None, {"fields": (("name", "fence"),)}),)
    empty_text = "A name appears when the first job asks for a lock."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # One probe of an index for each name that is shown; a count would group the whole table.
        held = Exists(JobLock.objects.filter(lock=OuterRef("pk")))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(held=held)
        return rows

    @shown_as("now", label={"held": "warning", "free": "success"})
    def now(self, row: Any) -> str:
        return "held" if row.held else "free"

    def get_urls(self) -> list[URLPattern]:
        return [path("<str:name>/now/", _live, name="locks_name_live"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["live_url"] = reverse("admin:locks_name_live", args=[context["original"].pk])
        context.update(_now(request, context["original"]))
        return super().render_change_form(request, context, *args, **kwargs)


@live_view("locks.view_lockname")
def _live(request: HttpRequest, name: str) -> HttpResponseBase:
    lock = get_object_or_404(LockName, pk=name)
    return live_part(request, "admin/locks/lockname/now.html", lambda: _now(request, lock))


def _now(request: HttpRequest, lock: LockName) -> dict[str, Any]:
    [found] = report([lock])
    return {
        "holders": [_holder(holder) for holder in found.holders],
        "waiting": f"{found.waiting}+" if found.waiting >= MOST_WAITERS else found.waiting,
        "line": [_waiter(job, lock.name) for job in waiters(lock.name)],
        "shown": SHOWN_WAITERS,
        "free_urls": _free_urls(request, lock) if found.holders else [],
    }


def _free_urls(request: HttpRequest, lock: LockName) -> list[tuple[str, str]]:
    """The ways to free it that this person may go."""
    query = urlencode({"id": list(lock.holders.values_list("pk", flat=True))}, doseq=True)
    ways = (("locks.free_lock", "free", "Cancel holder and free"), ("locks.clear_lock", "clear", "Clear"))
    return [
        (title, f"{reverse(f'admin:locks_{verb}')}?{query}")
        for permission, verb, title in ways
        if request.user.has_perm(permission)
    ]


def _holder(holder: Holder) -> dict[str, Any]:
    owner = owner_of(holder)
    held_for, expires = counting(holder.acquired_at, "since"), counting(expires_at(holder), "until")
    return {"holder": holder, "owner": owner, "colour": COLOURS[owner], "held_for": held_for, "expires": expires}


def _waiter(job: Job, name: str) -> dict[str, Any]:
    mode = next((lock["mode"] for lock in job.locks or [] if lock["name"] == name), JobLock.Mode.EXCLUSIVE)
    return {"job": job, "mode": mode, "called": job.blocked_by is None}
