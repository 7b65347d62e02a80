"""The lines of a job's log: a top-level array, sent as it is read."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Max, Min
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.response import Response

from jobs.models import JobLog
from jobsite.api.streams import array_in_parts
from jobsite.api.v0.errors import InvalidQuery
from jobsite.api.v0.numbers import number

PART = 1000
_LAST_LINE = 2**31 - 1


def log_answer(job: int, query: Mapping[str, str]) -> HttpResponseBase:
    """Lines from `offset` on, `limit` of them or all for 0. `job` is the integer id."""
    if query.get("stream") == "true":
        raise InvalidQuery("stream", "following a log is not available yet; ask again with the next offset")
    first, most = _range(query)
    lines = _part(job, first=first, most=most)
    if len(lines) < PART:
        return Response(lines)
    return StreamingHttpResponse(array_in_parts(_all(job, lines, most=most)), content_type="application/json")


def log_version(job: int, query: Mapping[str, str]) -> tuple[Any, ...]:
    """Changes whenever these lines do: they are only added, and pruned. An index has the answer."""
    first, most = _range(query)
    rows = JobLog.objects.filter(job=job, line_number__gte=first).order_by("line_number")
    found = rows.values("line_number")[:most].aggregate(
        first=Min("line_number"), last=Max("line_number"), count=Count("*")
    )
    return job, *found.values()


def _range(query: Mapping[str, str]) -> tuple[int, int]:
    """The first line's number, and how many at most."""
    first = min(number(query, "offset", otherwise=0), _LAST_LINE)
    return first, number(query, "limit", otherwise=0) or _LAST_LINE


def _all(job: int, lines: list[dict[str, Any]], *, most: int) -> Iterator[dict[str, Any]]:
    """Part by part: up to 100,000 lines of 8 KB do not fit into memory, nor into one snapshot of a slow reader."""
    yield from lines
    while len(lines) == PART:
        most -= PART
        lines = _part(job, first=lines[-1]["lineNum"] + 1, most=most)
        yield from lines


def _part(job: int, *, first: int, most: int) -> list[dict[str, Any]]:
    rows = JobLog.objects.filter(job=job, line_number__gte=first).order_by("line_number")
    columns = rows.values_list("data", "line_number")[: min(most, PART)]
    return [{"data": data, "lineNum": line_number} for data, line_number in columns]
