"""Which jobs GET /jobs lists, and in which order: the attributes of a job that can be asked for."""

from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.http import QueryDict
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from jobs.models import Job
from jobsite.api.describing import described
from jobsite.api.filtersets import FilterSet
from jobsite.api.slices import found_first
from jobsite.api.v1.attributes import (
    AttributeFilter,
    DevicesFilter,
    ExceptionFilter,
    FunctionNameFilter,
    IntegerFilter,
    JsonFilter,
    ResultFilter,
    StatusFilter,
    TimeFilter,
)
from jobsite.api.v1.errors import InvalidFilter
from jobsite.api.v1.functions import with_function_name
from jobsite.api.v1.query import OPERATORS, attribute_name, conditions, first
from jobsite.api.v1.wire import STATUSES


class JobFilter(FilterSet):
    """Job's 15 keys. Its data are the conditions that query.py has read."""

    id = IntegerFilter("id")
    status = StatusFilter("status")
    scheduled_time = TimeFilter("scheduled_at")
    start_time = TimeFilter("started_at")
    finish_time = TimeFilter("ended_at")
    function_name = FunctionNameFilter("function_name")
    scheduled_by = AttributeFilter("scheduled_by")
    comment = AttributeFilter("comment")
    ticket_ref = AttributeFilter("ticket_ref")
    next_job_id = IntegerFilter("next_job_id")
    result = ResultFilter("result")
    exception = ExceptionFilter("exception")
    finished_devices = DevicesFilter("finished")
    change_score = IntegerFilter("change_score")
    start_arguments = JsonFilter("parameters")


# No column: only who asks for it pays for it.
_FUNCTION = {"function_name"}
# An index serves each of these, and none of them in the order of ids.
_TIMES = {"scheduled_time", "finish_time"}
_UNSORTABLE = {"result", "exception", "finished_devices", "start_arguments"}
SORTABLE = [name for name in JobFilter.base_filters if name not in _UNSORTABLE]
_WORDS = Case(
    *(When(status__in=statuses, then=Value(word)) for word, statuses in STATUSES.items()), output_field=TextField()
)


class FilterBackend(BaseFilterBackend):
    """`filter[..]=` and `sort=`."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> QuerySet[Any]:  # noqa: ARG002
        query: QueryDict = request.query_params
        wanted = conditions((key, value) for key, values in query.lists() for value in values)
        for name in wanted:
            if name not in JobFilter.base_filters:
                raise InvalidFilter(f"{name[:60]} is not a valid attribute to filter on")
        sort = first(query, "sort")
        jobs: QuerySet[Job] = with_function_name(queryset) if _FUNCTION & {*wanted, _sorted_by(sort)} else queryset
        # To make a form of fifteen filters takes a seventh of the time of the list that most readers ask for.
        jobs = JobFilter(wanted, queryset=jobs, request=request).qs if wanted else jobs
        if _TIMES & wanted.keys() and _sorted_by(sort) == "id":
            jobs = found_first(jobs)
        return _sorted(jobs, sort)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """For the API description."""
        names = ", ".join(JobFilter.base_filters)
        return [
            described("sort", "string", f"ATTR, or -ATTR for falling. ATTR: {', '.join(SORTABLE)}", default="id"),
            described("filter[ATTR]", "string", f"Equality. Dots in ATTR stand for underscores. ATTR: {names}"),
            described("filter[ATTR][OP]", "string", f"OP: {', '.join(OPERATORS)}. `in` takes commas between values."),
        ]


def _sorted_by(text: str) -> str:
    return attribute_name(text.removeprefix("-")) or "id"


def _sorted(jobs: QuerySet[Job], text: str) -> QuerySet[Job]:
    """By an attribute, `-` before it for falling; the id breaks ties."""
    name = _sorted_by(text)
    if name not in SORTABLE:
        raise InvalidFilter(f"{name[:60]} is not a valid attribute to sort on")
    key = _WORDS if name == "status" else F(JobFilter.base_filters[name].field_name)
    falling = text.startswith("-")
    if name == "id":
        return jobs.order_by("-id" if falling else "id")
    return jobs.order_by(key.desc() if falling else key.asc(), "-id" if falling else "id")
