"""The list that nobody can edit, not even in the database, and the page of one change."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from jobs.models import AuditEvent
from jobsite.console.audit.diff import diff_of
from jobsite.console.audit.export import export
from jobsite.console.audit.links import audit_of, object_url
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.filters import TimeRangeFilter, exact_text
from jobsite.console.base.keyset_list import KeysetChangeList
from jobsite.console.base.links import link
from jobsite.console.base.live_list import LiveListAdmin

# Each has an index that ends in the time.
_EXACT = {
    "user": "user",
    "verb": "verb",
    "object_type": "kind of object",
    "object_id": "object",
    "dialect": "through: v0, v1, admin, cli, engine",
    "address": "address",
    "token": "access token",
}

# As much of a client's name as the list has room for; hovering shows the whole.
_SHORT = 36


class AuditList(KeysetChangeList):
    by = "at"

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.result_count = self.full_result_count = self.paginator.count


@admin.register(AuditEvent)
class AuditEventAdmin(LiveListAdmin):
    list_display = ("when", "who", "where", "verb", "what", "reason")
    list_only = (*_EXACT, "at", "client", "reason")
    list_filter = (*(exact_text(name, title) for name, title in _EXACT.items()), ("at", TimeRangeFilter))
    allowed_lookups = frozenset({*_EXACT, *(f"at_{side}_{part}" for side in ("from", "to") for part in (0, 1))})
    # What opens the search box; get_search_results knows what it finds.
    search_fields = ("object_id",)
    search_help_text = "User, object, verb, address or token: the whole of it"
    fieldsets = (
        ("Change", {"fields": (("when", "verb"), ("what", "reason"))}),
        ("By", {"fields": (("who", "dialect"), ("address", "token"), "client")}),
    )
    empty_text = "Every change by a person or a client, and every intervention of the engine, leaves a row here."
    narrow_by = "user, kind of object and object, or time"

    when = time_column("at", "at")

    @shown_as("by")
    def who(self, event: AuditEvent) -> str:
        name = event.user or event.client
        return link(audit_of(user=event.user), name) if event.user else name or "-"

    @shown_as("from")
    def where(self, event: AuditEvent) -> str:
        more = ", ".join(filter(None, (event.token and f"token {event.token}", event.user and event.client)))
        short = more if len(more) <= _SHORT else f"{more[: _SHORT - 1]}…"
        said = format_html('<br><small title="{}">{}</small>', more, short) if more else ""
        return format_html("{} {}{}", event.dialect, event.address, said)

    @shown_as("object")
    def what(self, event: AuditEvent) -> str:
        url, kind = object_url(event), event.object_type.replace("_", " ")
        return format_html("{} {}", kind, link(url, event.object_id) if url else event.object_id)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        event: AuditEvent = context["original"]
        context["diff"] = diff_of(event.before, event.after)
        context["story"] = audit_of(object_type=event.object_type, object_id=event.object_id)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AuditList]:  # noqa: ARG002
        return AuditList

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[AuditEvent],
        search_term: str,
    ) -> tuple[QuerySet[AuditEvent], bool]:
        term, found = search_term.strip(), Q()
        for name in ("user", "object_id", "verb", "address", "token"):
            found |= Q((name, term))
        return (queryset.filter(found) if term and "\x00" not in term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        csv_url = f"{reverse('admin:jobs_auditevent_csv')}?{request.GET.urlencode()}"
        return super().changelist_view(request, {**(extra_context or {}), "csv_url": csv_url})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.csv_view))
        return [path("csv/", view, name="jobs_auditevent_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return export(request, self.get_changelist_instance(request).queryset)
