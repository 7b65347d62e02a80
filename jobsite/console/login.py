"""The admin's login form: its failures count like those of the APIs, and end in a 429 like theirs."""

from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_variables

from jobsite.access.failures import TooManyFailures
from jobsite.access.login import log_in

if TYPE_CHECKING:
    from django.contrib.admin.forms import AdminAuthenticationForm

    AnyForm: TypeAlias = AdminAuthenticationForm
else:
    from unfold.forms import AuthenticationForm as AnyForm


class LoginForm(AnyForm):
    # How many seconds to wait, after too many failures.
    refused_for: int | None = None

    @sensitive_variables("password")
    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password and self.request is not None:
            try:
                user = log_in(self.request, username, password)
            except TooManyFailures as error:
                self.refused_for = ceil(error.seconds)
                raise ValidationError(str(error.detail), code="too_many_failures") from error
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data


def login(request: HttpRequest) -> HttpResponseBase:
    """The form; 429 while it would refuse even the right password."""
    response = admin.site.login(request)
    form = (response.context_data or {}).get("form") if isinstance(response, TemplateResponse) else None
    if isinstance(form, LoginForm) and form.refused_for is not None:
        response.status_code = 429
        response["Retry-After"] = str(form.refused_for)
    return response
