"""The names that were ever locked, and the page of one: its holders, its line, and the way to free it."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from jobs.lock_report import MOST_WAITERS, SHOWN_WAITERS, Holder, report, waiters
from jobs.models import Job
from jobsite.console.base.display import shown_as
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.base.words import span
from jobsite.console.locks.words import COLOURS, expires_in, heard_ago, owner_of
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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        lock: LockName = context["original"]
        [found] = report([lock])
        context.update(
            holders=[_holder(holder) for holder in found.holders],
            waiting=f"{found.waiting}+" if found.waiting >= MOST_WAITERS else found.waiting,
            line=[_waiter(job, lock.name) for job in waiters(lock.name)],
            shown=SHOWN_WAITERS,
            free_urls=_free_urls(request, lock) if found.holders else [],
        )
        return super().render_change_form(request, context, *args, **kwargs)


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
    owner, ago, left = owner_of(holder), heard_ago(holder), expires_in(holder)
    return {
        "holder": holder,
        "owner": owner,
        "colour": COLOURS[owner],
        "heard": f"heard {span(ago)} ago" if ago is not None else "",
        "held_for": span(holder.seen_at - holder.acquired_at),
        "expires": span(left) if left.total_seconds() > 0 else f"over for {span(-left)}",
    }


def _waiter(job: Job, name: str) -> dict[str, Any]:
    mode = next((lock["mode"] for lock in job.locks or [] if lock["name"] == name), JobLock.Mode.EXCLUSIVE)
    return {"job": job, "mode": mode, "called": job.blocked_by is None}
