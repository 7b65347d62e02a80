"""Access tokens: who has one, and the end of it. They are issued where they can be shown once, never here."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from jobsite.access.models import AccessToken
from jobsite.console.access.audited import AuditedAdmin
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.words import utc


@admin.register(AccessToken)
class AccessTokenAdmin(AuditedAdmin):
    """To revoke a token is to delete it; the digest is shown to nobody."""

    list_display = ("name", "user", "begins_with", "scope", "created", "expires", "last_used")
    list_select_related = ("user",)
    list_only = ("name", "user__username", "prefix", "read_only", "created_at", "expires_at", "last_used_at")
    search_fields = ("name", "user__username")
    sortable_by = ("name", "created", "last_used")
    fields = (("name", "user"), ("begins_with", "scope"), ("created_at", "expires_at"), "last_used_at")
    empty_text = "No access token has been issued."

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

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return request.user.is_active and request.user.is_superuser


def _expiry(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    return utc(at) if at > now else f"expired {utc(at)}"
