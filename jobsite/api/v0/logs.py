"""The lines of a job's log: a top-level array, sent as it is read, or a stream of them as they come."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Max, Min
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import JobLog
from jobsite.api.reader import Reader
from jobsite.api.streams import array_in_parts
from jobsite.api.v0.log_lines import LAST_LINE, PART, read_lines
from jobsite.api.v0.log_stream import CONTENT_TYPE, LogStream
from jobsite.api.v0.numbers import number


def log_answer(job: int, query: Mapping[str, str]) -> HttpResponseBase:
    """Lines from `offset` on, `limit` of them or all for 0. `job` is the integer id."""
    first, most = _range(query)
    lines = read_lines(job, first=first, most=most)
    if len(lines) < PART:
        return Response(lines)
    return StreamingHttpResponse(array_in_parts(_all(job, lines, most=most)), content_type="application/json")


def stream_answer(job: int, request: Request) -> HttpResponseBase:
    """The same lines as they come, to the end of the job."""
    if request.method == "HEAD":
        # It would be read to its end, for nobody.
        return HttpResponse(content_type=CONTENT_TYPE)
    first, most = _range(request.query_params)
    stream = LogStream(job, first=first, most=most, reader=Reader(request.META))
    # A proxy that waits for the whole of it would show nothing.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream, content_type=CONTENT_TYPE, headers=headers)


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
    first = min(number(query, "offset", otherwise=0), LAST_LINE)
    return first, number(query, "limit", otherwise=0) or LAST_LINE


def _all(job: int, lines: list[dict[str, Any]], *, most: int) -> Iterator[dict[str, Any]]:
    """Part by part: up to 100,000 lines of 8 KB do not fit into memory, nor into one snapshot of a slow reader."""
    yield from lines
    while len(lines) == PART:
        most -= PART
        lines = read_lines(job, first=lines[-1]["lineNum"] + 1, most=most)
        yield from lines
