"""Pages of GET /jobs: by `start` and `limit` as the original has it, or by the cursor of the Link header."""

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models.queryset import JobQuerySet
from jobsite import patience
from jobsite.api.conditional import tag_of, unless_known
from jobsite.api.counts import RowCount, count_of
from jobsite.api.describing import described
from jobsite.api.keyset import Place
from jobsite.api.slices import rows_from
from jobsite.api.streams import array_in_parts
from jobsite.api.v0.cursors import read_cursor, tell_pages
from jobsite.api.v0.numbers import lenient_number
from jobsite.api.v0.wire import JOB_COLUMNS, JobRow, job_object

DEFAULT_LIMIT = 10
MAX_LIMIT = 65_536
# More rows than this are sent in parts: what a list holds in memory does not grow with `limit`.
PART = 1000


class JobPagination(BasePagination):
    """One page and how many jobs there are in all. One query if the page is the last; others count, three at most."""

    limit: int
    start: int
    after: Place | None
    request: Request

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[JobRow]:  # type: ignore[override]
        """The page's first part, at most; `get_paginated_response` sends the others."""
        self.request = request
        self.limit = min(lenient_number(request.query_params, "limit", otherwise=0) or DEFAULT_LIMIT, MAX_LIMIT)
        self.after = read_cursor(request.query_params)
        self.start = 0 if self.after else lenient_number(request.query_params, "start", otherwise=0)
        self.jobs: JobQuerySet = queryset.filter(self.after.behind()) if self.after else queryset
        with patience.at_most(patience.LIST):
            rows = _read(self.jobs, start=self.start, limit=min(self.limit, PART) + 1)
            self.last = self._last_of_page(rows)
            self.count = self._count(queryset, rows, view)
        return rows[: min(self.limit, PART)]

    def get_paginated_response(self, data: Any) -> HttpResponseBase:  # type: ignore[override]
        response = self._answer(data)
        tell_pages(response, self.request, count=self.count, after=self.last and self.last.encode())
        return response

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """For the API description."""
        return [
            described(
                "start", "integer", "How many jobs to skip. Prefer `after` for long lists.", default=0, minimum=0
            ),
            described("limit", "integer", f"How many jobs; at most {MAX_LIMIT}.", default=DEFAULT_LIMIT, minimum=0),
            described("after", "string", "The cursor of the Link header: the page behind another one."),
        ]

    def _last_of_page(self, rows: list[JobRow]) -> Place | None:
        """Where the page ends; None if it ends the list too."""
        if len(rows) <= min(self.limit, PART):
            return None
        if self.limit <= PART:
            return _place(rows[self.limit - 1])
        end = self.start + self.limit
        around = self.jobs.values_list("scheduled_at", "id")[end - 1 : end + 1]
        places = [Place(*row) for row in around]
        return places[0] if len(places) == 2 else None

    def _count(self, everything: JobQuerySet, rows: list[JobRow], view: Any) -> RowCount:
        ended = len(rows) <= min(self.limit, PART) and (rows or not self.start)
        if ended and self.after is None:
            return RowCount(self.start + len(rows), exact=True)
        chosen = view.filterset
        return count_of(everything, some=chosen and chosen.criteria().by_name_alone(view.get_queryset()))

    def _answer(self, rows: list[JobRow]) -> HttpResponseBase:
        if self.limit <= PART or len(rows) < PART:
            # An estimate is none of what changes: it is never the same for long.
            count = self.count.number if self.count.exact else None
            return unless_known(
                self.request,
                tag_of(rows, self.last, count),
                lambda: Response({"jobs": [job_object(row) for row in rows]}),
            )
        objects = (job_object(row) for row in self._in_parts(rows))
        return StreamingHttpResponse(
            array_in_parts(objects, before='{"jobs":', after="}"), content_type="application/json"
        )

    def _in_parts(self, rows: list[JobRow]) -> Iterator[JobRow]:
        """Each part by its own short query: no old snapshot is kept open for a slow reader."""
        jobs = self.jobs.filter(self.last.up_to()) if self.last else self.jobs
        while rows:
            yield from rows
            with patience.at_most(patience.LIST):
                rows = _read(jobs.filter(_place(rows[-1]).behind()), start=0, limit=PART) if len(rows) == PART else []


def _read(jobs: JobQuerySet, *, start: int, limit: int) -> list[JobRow]:
    return [JobRow(*row) for row in rows_from(jobs, start, limit, *JOB_COLUMNS)]


def _place(row: JobRow) -> Place:
    return Place(row.scheduled_at, row.id)
