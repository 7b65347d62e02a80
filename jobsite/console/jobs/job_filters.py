"""The menus and fields beside the list of jobs, filled without a look at the jobs.

They only show what the address says; what it means, the list asks of job_criteria once.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

from jobs.actions.registry import registered_actions
from jobs.criteria import RESURRECTED
from jobs.states import Status
from jobsite.console.base.filters import TimeRangeFilter
from jobsite.console.jobs.job_criteria import UNCLAIMED
from workers.models import Worker

# More than that fit into no menu; the search box and a worker's own page lead further.
MOST_WORKERS = 500


class _Shown:
    """A part of the address that job_criteria reads."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset


class StatusFilter(_Shown, DropdownFilter):  # type: ignore[misc]
    title = "status"
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(status, status.replace("_", " ")) for status in (*Status.values, RESURRECTED)]


class ActionFilter(_Shown, DropdownFilter):  # type: ignore[misc]
    """The registered actions; one that is gone can still be typed into the search box."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(action.name, action.name) for action in registered_actions()]


class WorkerFilter(_Shown, DropdownFilter):  # type: ignore[misc]
    title = "worker"
    parameter_name = "worker"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        workers = Worker.objects.order_by("name").values_list("hex_id", "name")[:MOST_WORKERS]
        return [(UNCLAIMED, "none has claimed it"), *workers]


class RunningFilter(_Shown, DropdownFilter):  # type: ignore[misc]
    title = "running"
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("true", "running only")]


class NeedFilter(_Shown, DropdownFilter):  # type: ignore[misc]
    """Cut by a worker's stop or death, and not run again."""

    title = "needs a human"
    parameter_name = "needs_human"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("true", "cut by its worker, not run again")]


class ScheduledFilter(_Shown, TimeRangeFilter):
    title = "scheduled (UTC)"


def _typed(parameter: str, name: str) -> type[Any]:
    """For a column with too many values for a menu; matched as a whole."""

    class TypedFilter(_Shown, TextFilter):  # type: ignore[misc]
        parameter_name = parameter
        title = name

    return TypedFilter


JOB_FILTERS = (
    StatusFilter,
    RunningFilter,
    NeedFilter,
    ActionFilter,
    WorkerFilter,
    _typed("scheduled_by", "who started it"),
    _typed("cron", "cron"),
    _typed("lock", "lock"),
    ("scheduled_at", ScheduledFilter),
)
