"""Pages of GET /audit, the newest row first: by cursor, or all of it as CSV."""

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from jobsite import patience
from jobsite.api.conditional import tag_of, unless_known
from jobsite.api.counts import count_of
from jobsite.api.describing import described
from jobsite.api.keyset import Place
from jobsite.api.v0.audit import AuditRow, as_csv, audit_object, rows_of
from jobsite.api.v0.cursors import read_cursor, tell_pages
from jobsite.api.v0.errors import too_slow
from jobsite.api.v0.numbers import number

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
# Read by one short query each: no old snapshot is kept open for a slow reader.
PART = 1000
_NARROW_BY = "objectID, user, since or until"


class AuditPagination(BasePagination):
    """`limit` and `after`. CSV has no pages: unless `limit` is sent it is the whole of what was asked for."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """For the API description."""
        return [
            described(
                "limit",
                "integer",
                f"At most {MAX_LIMIT}; of CSV any number, or all.",
                default=DEFAULT_LIMIT,
                minimum=0,
            ),
            described("after", "string", "The cursor of the Link header: the page behind another one."),
            described("format", "string", "`csv` or `json`, whatever Accept says.", enum=["csv", "json"]),
        ]


def page(events: Any, request: Request) -> HttpResponseBase:
    """One page as JSON."""
    limit = min(number(request.query_params, "limit", otherwise=0) or DEFAULT_LIMIT, MAX_LIMIT)
    after = read_cursor(request.query_params)
    try:
        with patience.at_most(patience.LIST):
            rows = rows_of(_behind(events, after), limit=limit + 1)
            count = count_of(events)
    except patience.TooSlow as error:
        raise too_slow(error, narrow_by=_NARROW_BY) from error
    shown, last = rows[:limit], rows[limit - 1] if len(rows) > limit else None
    # A row never changes.
    tag = tag_of([row.id for row in shown], last and last.id, count.number if count.exact else None)
    response = unless_known(request, tag, lambda: Response({"audit": [audit_object(row) for row in shown]}))
    tell_pages(response, request, count=count, after=last and _place(last).encode())
    return response


def export(events: Any, request: Request) -> HttpResponseBase:
    """CSV, written while it is read."""
    most = number(request.query_params, "limit", otherwise=0)
    events = _behind(events, read_cursor(request.query_params))
    try:
        return as_csv_file(events, most)
    except patience.TooSlow as error:
        raise too_slow(error, narrow_by=_NARROW_BY) from error


def as_csv_file(events: Any, most: int = 0) -> StreamingHttpResponse:
    """`most` rows of these, or all for 0. Raises patience.TooSlow."""
    # Before the first byte goes out: what is too slow is an error and no torn file.
    first = _part(events, most)
    response = StreamingHttpResponse(as_csv(_parts(events, first, most)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _parts(events: Any, rows: list[AuditRow], most: int) -> Iterator[list[AuditRow]]:
    """`most` rows in all, or all for 0. What is added meanwhile stands before the first."""
    while rows:
        yield rows
        left = most - len(rows) if most else 0
        ended = len(rows) < PART or (most and not left)
        rows = [] if ended else _part(_behind(events, _place(rows[-1])), left)
        most = left


def _part(events: Any, most: int) -> list[AuditRow]:
    with patience.at_most(patience.LIST):
        return rows_of(events, limit=min(most or PART, PART))


def _behind(events: Any, place: Place | None) -> Any:
    return events.filter(place.behind(by="at")) if place else events


def _place(row: AuditRow) -> Place:
    return Place(row.at, row.id)
