"""The classes of needs that jobs have: each is a queue of the broker."""

from django.contrib import admin

from jobsite.console.base.display import shown_as
from jobsite.console.base.fields import time_column
from jobsite.console.base.pages import ReadOnlyAdmin
from jobsite.console.base.words import units
from workers.models import CapacityClass


@admin.register(CapacityClass)
class CapacityClassAdmin(ReadOnlyAdmin):
    list_display = ("name", "needs_units", "created", "last_used")
    search_fields = ("name",)
    sortable_by = ("name", "last_used")
    fieldsets = ((None, {"fields": ("name", "needs_units", ("created_at", "last_used_at"))}),)
    empty_text = "A class appears with the first job that has its needs, and goes a day after the last."

    created = time_column("created_at", "created")
    last_used = time_column("last_used_at", "last used")

    @shown_as("needs")
    def needs_units(self, row: CapacityClass) -> str:
        return units(row.needs) or "-"
