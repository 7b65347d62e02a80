"""The lines of a job's log: a top-level array, sent as it is read, or a stream of them as they come."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobsite.api.reader import Reader
from jobsite.api.streams import array_in_parts
from jobsite.api.v0.filters import flag
from jobsite.api.v0.log_lines import LAST_LINE, PART, read_lines
from jobsite.api.v0.log_stream import CONTENT_TYPE, LogStream
from jobsite.api.v0.numbers import number


def log_answer(job: int, request: Request) -> HttpResponseBase:
    """Lines from `offset` on, `limit` of them or all for 0. `job` is the integer id."""
    query = request.query_params
    first = min(number(query, "offset", otherwise=0), LAST_LINE)
    most = number(query, "limit", otherwise=0) or LAST_LINE
    if flag(query, "stream"):
        return _stream(job, request, first=first, most=most)
    lines = read_lines(job, first=first, most=most)
    if len(lines) < PART:
        return Response(lines)
    return StreamingHttpResponse(array_in_parts(_all(job, lines, most=most)), content_type="application/json")


def _stream(job: int, request: Request, *, first: int, most: int) -> HttpResponseBase:
    if request.method == "HEAD":
        # It would be read to its end, for nobody.
        return HttpResponse(content_type=CONTENT_TYPE)
    stream = LogStream(job, first=first, most=most, reader=Reader(request.META))
    # A proxy that waits for the whole of it would show nothing.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream, content_type=CONTENT_TYPE, headers=headers)


def _all(job: int, lines: list[dict[str, Any]], *, most: int) -> Iterator[dict[str, Any]]:
    """Part by part: up to 100,000 lines of 8 KB do not fit into memory, nor into one snapshot of a slow reader."""
    yield from lines
    while len(lines) == PART:
        most -= PART
        lines = read_lines(job, first=lines[-1]["lineNum"] + 1, most=most)
        yield from lines
