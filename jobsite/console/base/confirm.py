"""The page that asks before something is done that can not be taken back: what will happen in words, and why."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.html import format_html

from jobsite.console.base.unfold_types import AnyFormView


class ReasonForm(forms.Form):
    """Every verb that a person does to others' work says why."""

    reason = forms.CharField(
        max_length=255,
        help_text="The audit keeps it, and the job shows it.",
        error_messages={"required": "Say in a few words why; the audit keeps it."},
    )


class ConfirmView(AnyFormView):
    """GET asks, POST does it and goes back. The template fills the block `consequences` of console/confirm.html."""

    # Given by as_view(model_admin=...), which takes only what the class has.
    model_admin: Any = None
    template_name = "console/confirm.html"
    form_class: Any = ReasonForm
    permission: ClassVar[str]
    title: ClassVar[str]
    submit: ClassVar[str]
    # What the verb raises where it does nothing.
    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **self.model_admin.admin_site.each_context(self.request),
            title=self.title,
            submit_words=self.submit,
            opts=self.model_admin.opts,
            back_url=self.back_url(),
            **kwargs,
        )

    def form_valid(self, form: Any) -> HttpResponse:
        self.act(form.cleaned_data)
        return HttpResponseRedirect(self.back_url())

    def back_url(self) -> str:
        """Where it was asked from, and where its result is shown."""
        raise NotImplementedError

    def act(self, asked: dict[str, Any]) -> None:
        """Call the verb and tell the result by a message."""
        raise NotImplementedError

    def attempt(self, name: str, verb: Callable[[], str]) -> None:
        """Call it; tell of `name` the words that it returns, or why it was refused."""
        try:
            words = verb()
        except self.refusals as error:
            self.tell(messages.ERROR, name, f"{error}. Nothing was done.")
        else:
            self.tell(messages.SUCCESS, name, words)

    def tell(self, level: int, name: str, words: str) -> None:
        messages.add_message(self.request, level, format_html("<strong>{}</strong>: {}", name, words))

    def sent_ids(self) -> list[int]:
        """Of the chosen rows: as the form has them, else the address."""
        sent = self.request.POST.getlist("id") or self.request.GET.getlist("id")
        return [int(one) for one in sent if one.isascii() and one.isdigit() and len(one) < 19]


class ConfirmOne(ConfirmView):
    """Over one thing. The template shows `consequence`."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(consequence=self.consequence(), **kwargs)

    def act(self, asked: dict[str, Any]) -> None:
        self.attempt(self.name(), lambda: self.do(asked))

    def name(self) -> str:
        """What the message calls it."""
        raise NotImplementedError

    def consequence(self) -> str:
        """Before it is done: what will happen."""
        raise NotImplementedError

    def do(self, asked: dict[str, Any]) -> str:
        """Call the verb; what has become of it, in words."""
        raise NotImplementedError


class ForcibleView(ConfirmView):
    """The form's field `force` is there for those with the permission, and refused to others."""

    force_permission: ClassVar[str]

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not self.may_force():
            del form.fields["force"]
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("force") and not self.may_force():
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def may_force(self) -> bool:
        return self.request.user.has_perm(self.force_permission)
