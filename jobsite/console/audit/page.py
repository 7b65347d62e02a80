"""Who changed what: the list that nobody can edit, not even in the database."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from jobs.models import AuditEvent
from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import json_field, time_column
from jobsite.console.base.filters import TimeRangeFilter, exact_text
from jobsite.console.base.pages import ReadOnlyAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("when", "verb", "kind", "target", "who", "way_in", "address", "reason")
    list_only = ("at", "verb", "object_type", "object_id", "user", "dialect", "client", "address", "reason")
    list_filter = (
        exact_text("verb", "verb"),
        exact_text("object_type", "kind of object"),
        exact_text("object_id", "object"),
        exact_text("user", "user"),
        ("at", TimeRangeFilter),
    )
    allowed_lookups = frozenset(
        {
            "verb",
            "object_type",
            "object_id",
            "user",
            *(f"at_{side}_{part}" for side in ("from", "to") for part in (0, 1)),
        }
    )
    fieldsets = (
        ("Change", {"fields": (("at", "verb"), ("object_type", "object_id"), "reason")}),
        ("By", {"fields": (("user", "dialect"), ("address", "client"), "token")}),
        ("What it changed", {"fields": ("before_text", "after_text")}),
    )
    empty_text = "Every change by a person or a client, and every intervention of the engine, leaves a row here."
    narrow_by = "user, kind of object and object, or time"

    when = time_column("at", "at")
    before_text = json_field("before", "before")
    after_text = json_field("after", "after")

    @shown_as("object")
    def kind(self, event: AuditEvent) -> str:
        return event.object_type.replace("_", " ")

    @shown_as("which")
    def target(self, event: AuditEvent) -> str:
        if event.object_type != "job":
            return event.object_id
        url = reverse("admin:jobs_job_change", args=[event.object_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, event.object_id)

    @shown_as("by")
    def who(self, event: AuditEvent) -> str:
        return event.user or event.client or "-"

    @shown_as("through")
    def way_in(self, event: AuditEvent) -> str:
        return event.dialect
