"""The lock board: who holds what, whether that is alive or stuck, who waits; and the way to free it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from jobs.lock_report import Holder, first_waiters, report
from jobs.models import Job
from jobsite.console.base.changelist import BoundedChangeList
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import counting
from jobsite.console.base.links import job_url, link, lock_url
from jobsite.console.base.live_list import LiveListAdmin
from jobsite.console.locks.clearing import ClearView, FreeView, confirm_url
from jobsite.console.locks.words import COLOURS, expires_at, owner_of
from locks.models import JobLock

MODES: dict[str, str] = {JobLock.Mode.EXCLUSIVE: "warning", JobLock.Mode.SHARED: "info"}


class Board(BoundedChangeList):
    """Gives each row its holder and the beginning of its lock's line, in four queries for the whole page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        locks = {lock.name: lock for lock in report({row.lock for row in rows})}
        waiting = first_waiters(locks)
        for row in rows:
            lock = locks[row.lock_id]
            row.holder = next((holder for holder in lock.holders if holder.job.pk == row.job_id), None)
            row.length, row.first = lock.waiting, waiting[row.lock_id]
        # Freed between the two looks.
        self.result_list = [row for row in rows if row.holder is not None]


@admin.register(JobLock)
class LockBoard(LiveListAdmin):
    list_display = ("lock_name", "mode_label", "state", "held_by", "on_worker", "held_for", "expires", "fence", "line")
    list_display_links = None
    list_filter = (("mode", ChoicesDropdownFilter),)
    list_select_related = ("lock",)
    list_only = ("lock", "mode", "fence", "acquired_at", "job_id")
    search_fields = ("lock__name",)
    search_help_text = "Name of a lock"
    sortable_by = ("lock_name", "held_for")
    fieldsets = ((None, {"fields": (("lock", "mode"), ("job", "fence"), "acquired_at")}),)
    empty_text = "No job holds a lock now: nothing is locked, nothing can be stuck."
    actions = ("clear_stuck", "cancel_and_free")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Board]:  # noqa: ARG002
        return Board

    @shown_as("lock", ordering="lock_id")
    def lock_name(self, row: JobLock) -> str:
        return link(lock_url(row.lock_id), row.lock_id)

    @shown_as("mode", label=MODES)
    def mode_label(self, row: JobLock) -> str:
        return row.mode

    @shown_as("state")
    def state(self, row: Any) -> str:
        return state_label(row.holder)

    @shown_as("held by")
    def held_by(self, row: Any) -> str:
        return job_link(row.holder.job)

    @shown_as("on worker")
    def on_worker(self, row: Any) -> str:
        return render_to_string("admin/locks/worker.html", {"worker": row.holder.job.worker})

    @shown_as("held for", ordering="acquired_at")
    def held_for(self, row: Any) -> str:
        return counting(row.acquired_at, "since")

    @shown_as("expires in")
    def expires(self, row: Any) -> str:
        return counting(expires_at(row.holder), "until")

    @shown_as("in line")
    def line(self, row: Any) -> str:
        more = row.length - len(row.first)
        return render_to_string("admin/locks/line.html", {"first": row.first, "more": max(more, 0)})

    def has_clear_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("locks.clear_lock")

    def has_free_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("locks.free_lock")

    @admin.action(description="Cancel holder and free", permissions=["free"])
    def cancel_and_free(self, _request: HttpRequest, held: QuerySet[JobLock]) -> HttpResponse:
        return confirm_url("free", held.values_list("pk", flat=True))

    @admin.action(description="Clear stuck locks", permissions=["clear"])
    def clear_stuck(self, _request: HttpRequest, held: QuerySet[JobLock]) -> HttpResponse:
        return confirm_url("clear", held.values_list("pk", flat=True))

    def get_urls(self) -> list[URLPattern]:
        views = (("clear", ClearView), ("free", FreeView))
        return [
            *(
                path(f"{verb}/", self.admin_site.admin_view(view.as_view(model_admin=self)), name=f"locks_{verb}")
                for verb, view in views
            ),
            *super().get_urls(),
        ]


def state_label(holder: Holder) -> str:
    """A chip for the owner, and another with the reason if it seems stuck."""
    owner = owner_of(holder)
    return render_to_string("admin/locks/state.html", {"owner": owner, "colour": COLOURS[owner], "stuck": holder.stuck})


def job_link(job: Job) -> str:
    return link(job_url(job.pk), f"job {job.pk} {job.action}")
