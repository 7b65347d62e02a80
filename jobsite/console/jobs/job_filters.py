"""The menus beside the list of jobs, filled without a look at the jobs."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter

from jobs.actions.registry import registered_actions
from jobsite.console.base.filters import TimeRangeFilter, exact_text


class ActionFilter(DropdownFilter):  # type: ignore[misc]
    """The registered actions; one that is gone can still be typed into the search box."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(action.name, action.name) for action in registered_actions()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(action=self.value()) if self.value() else queryset


class NeedFilter(DropdownFilter):  # type: ignore[misc]
    """Cut by a worker's stop or death, and not run again."""

    title = "needs a human"
    parameter_name = "needs_human"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("true", "cut by its worker, not run again")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:  # noqa: ARG002
        chosen: QuerySet[Any] = queryset.needing_a_human() if self.value() == "true" else queryset
        return chosen


JOB_FILTERS = (
    NeedFilter,
    ("status", ChoicesDropdownFilter),
    ActionFilter,
    ("worker", RelatedDropdownFilter),
    exact_text("scheduled_by", "who started it"),
    ("scheduled_at", TimeRangeFilter),
)
JOB_LOOKUPS = frozenset(
    {
        "status__exact",
        "action",
        "needs_human",
        "worker__id__exact",
        "scheduled_by",
        *(f"scheduled_at_{side}_{part}" for side in ("from", "to") for part in (0, 1)),
    }
)
