"""The two pages that free locks: what each lock's holder is, what will happen to it, why; then the result for each."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from jobs.engine.clear import LockState, clear
from jobs.engine.errors import LockHeld, NoSuchLock
from jobs.engine.free import free
from jobs.lock_report import Holder, report
from jobsite.access.actor import admin_actor
from jobsite.console.audit.links import audit_of
from jobsite.console.base.confirm import ConfirmView, ForcibleView, ReasonForm
from jobsite.console.base.links import link
from jobsite.console.locks.words import COLOURS, owner_of, what_clear_does, what_free_does
from locks.models import JobLock, LockName


def confirm_url(verb: str, held: Iterable[int]) -> HttpResponse:
    """To the page that asks before `verb` ("clear" or "free") is done to these holders' locks."""
    return HttpResponseRedirect(f"{reverse(f'admin:locks_{verb}')}?{urlencode({'id': list(held)}, doseq=True)}")


class ClearForm(ReasonForm):
    force = forms.BooleanField(required=False, label="Force: kill holders that are alive, without their stop timeout")


class FreeForm(ReasonForm):
    retry = forms.BooleanField(required=False, label="Run the canceled jobs once more when they have ended")


class _Freeing(ConfirmView):
    """By the ids of holders, not by names: a job that took the lock meanwhile is nobody's intention."""

    template_name = "admin/locks/confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.names = self._names()
        # Who may not do it is told that first.
        if not self.names and request.user.has_perm(self.permission):
            messages.info(request, "Those locks came free meanwhile: nothing was done.")
            return HttpResponseRedirect(self.back_url())
        return super().dispatch(request, *args, **kwargs)

    def back_url(self) -> str:
        return reverse("admin:locks_joblock_changelist")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        locks = report(LockName.objects.filter(name__in=self.names))
        shown = [{"lock": lock, "holders": [self._shown(holder) for holder in lock.holders]} for lock in locks]
        return super().get_context_data(ids=self.sent_ids(), locks=shown, **kwargs)

    def act(self, asked: dict[str, Any]) -> None:
        for name in self.names:
            self._free(name, asked)

    def _free(self, name: str, asked: dict[str, Any]) -> None:
        raise NotImplementedError

    def _words(self, holder: Holder) -> str:
        raise NotImplementedError

    def _shown(self, holder: Holder) -> dict[str, Any]:
        owner = owner_of(holder)
        return {"holder": holder, "owner": owner, "colour": COLOURS[owner], "words": self._words(holder)}

    def _names(self) -> list[str]:
        held = JobLock.objects.filter(pk__in=self.sent_ids())
        return list(held.order_by("lock").values_list("lock", flat=True).distinct())

    def tell(self, level: int, name: str, words: str) -> None:
        """With the way to its audit rows."""
        audit = audit_of(object_type="lock", object_id=name)
        super().tell(level, name, format_html("{} {}", words, link(audit, "Audit")))


class ClearView(_Freeing, ForcibleView):
    """Ends dead holders, kills those whose cancel is overdue, and, forced, the live ones."""

    form_class = ClearForm
    permission = "locks.clear_lock"
    force_permission = "locks.force_lock"
    title = "Clear stuck locks"
    submit = "Clear"

    def _words(self, holder: Holder) -> str:
        return what_clear_does(holder, may_force=self.may_force())

    def _free(self, name: str, asked: dict[str, Any]) -> None:
        by = admin_actor(self.request)
        try:
            state = clear(name, by=by, reason=asked["reason"], force=asked.get("force", False))
        except (LockHeld, NoSuchLock) as error:
            self.tell(messages.ERROR, name, f"refused, {error}.")
        else:
            is_free = state == LockState.FREE
            words = "free." if is_free else "its holder is being killed; it is free when the worker has confirmed that."
            self.tell(messages.SUCCESS if is_free else messages.WARNING, name, words)


class FreeView(_Freeing):
    """The normal way out of a hung job: cancel, kill at its stop timeout, free, and run it again if wanted."""

    form_class = FreeForm
    permission = "locks.free_lock"
    title = "Cancel holder and free"
    submit = "Cancel and free"

    def _words(self, holder: Holder) -> str:
        return what_free_does(holder)

    def _free(self, name: str, asked: dict[str, Any]) -> None:
        state = free(name, by=admin_actor(self.request), reason=asked["reason"], retry=asked["retry"])
        if state == LockState.FREE:
            self.tell(messages.SUCCESS, name, "was free already.")
        else:
            again = " The job runs once more after that." if asked["retry"] else ""
            self.tell(messages.WARNING, name, f"its holder was canceled; its end frees the lock.{again}")
