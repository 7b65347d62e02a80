"""The page that asks before something is done that can not be taken back: what will happen in words, and why."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

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
