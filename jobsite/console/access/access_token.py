"""Access tokens: each member of the staff makes and revokes their own; a superuser sees and revokes all."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from jobsite.access.models import AccessToken
from jobsite.access.tokens import TokenNameTaken, issue
from jobsite.console.access.audited import AuditedAdmin, is_superuser
from jobsite.console.access.token_form import TokenForm
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.words import utc


@admin.register(AccessToken)
class AccessTokenAdmin(AuditedAdmin):
    """To revoke a token is to delete it; the digest is shown to nobody, the text once to whom it belongs."""

    form = TokenForm
    list_display = ("name", "user", "begins_with", "scope", "created", "expires", "last_used")
    list_select_related = ("user",)
    list_only = ("name", "user__username", "prefix", "read_only", "created_at", "expires_at", "last_used_at")
    search_fields = ("name", "user__username")
    sortable_by = ("name", "created", "last_used")
    fields = (("name", "user"), ("begins_with", "scope"), ("created_at", "expires_at"), "last_used_at")
    empty_text = "A program that calls the API logs in with a token. You have none yet."

    created = time_column("created_at", "created")
    last_used = time_column("last_used_at", "last used")

    @shown_as("begins with")
    def begins_with(self, token: AccessToken) -> str:
        return f"{token.prefix}…"

    @shown_as("may")
    def scope(self, token: AccessToken) -> str:
        return "read" if token.read_only else "read and write"

    @shown_as("expires")
    def expires(self, token: AccessToken) -> str:
        return _expiry(token.expires_at, timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessToken]:
        everyones: QuerySet[AccessToken] = super().get_queryset(request)
        return everyones if is_superuser(request) else everyones.filter(user_id=request.user.pk)  # type: ignore[misc]

    def get_fields(self, request: HttpRequest, obj: AccessToken | None = None) -> Any:
        return ("name", "days", "read_only") if obj is None else super().get_fields(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except TokenNameTaken as error:
            messages.error(request, f"{error}: revoke it first, or take another name.")
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: AccessToken, form: TokenForm, change: bool) -> None:  # noqa: ARG002, FBT001
        obj.user = request.user  # type: ignore[assignment]
        request.new_token = issue(obj, expires_in=form.lifetime())  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: AccessToken, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        """The only page that ever shows it: no redirect, which would have to keep the text somewhere."""
        context = {**self.admin_site.each_context(request), "title": f"Token {obj.name}", "opts": self.opts}
        text = request.new_token  # type: ignore[attr-defined]
        response = TemplateResponse(request, "admin/access/accesstoken/new.html", {**context, "text": text})
        add_never_cache_headers(response)
        return response

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return self.has_module_permission(request) and _is_own(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return self.has_module_permission(request) and _is_own(request, obj)


def _is_own(request: HttpRequest, token: AccessToken | None) -> bool:
    return token is None or token.user_id == request.user.pk or is_superuser(request)


def _expiry(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    return utc(at) if at > now else f"expired {utc(at)}"
