"""Pages of GET /jobs by number, with X-Total-Count and Link."""

import re
from collections.abc import Iterator
from typing import Any

from django.http import QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from jobsite import patience
from jobsite.api.conditional import JOB_VERSION, knows, tag_of, unless_known
from jobsite.api.counts import RowCount, count_of
from jobsite.api.describing import described
from jobsite.api.slices import rows_from
from jobsite.api.streams import array_in_parts
from jobsite.api.v1.errors import InvalidFilter
from jobsite.api.v1.functions import with_function_name
from jobsite.api.v1.query import first
from jobsite.api.v1.results import left_out
from jobsite.api.v1.wire import JOB_COLUMNS, JobRow, job_object

DEFAULT_PER_PAGE = 50
# More jobs than this are sent in parts: each brings its whole result.
PART = 100
MAX_PER_PAGE = 1000
MAX_PAGE = 2**31
_WHOLE = re.compile(r"[0-9]{1,20}")


class JobPagination(BasePagination):
    """One page: which rows it shows first, then all of these rows; and how many jobs there are."""

    request: Request
    page: int
    per_page: int

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[JobRow]:  # type: ignore[override]  # noqa: ARG002
        """The page's first part, at most; `get_paginated_response` reads the others."""
        self.request = request
        self.without = left_out(request.query_params)
        self.per_page = _per_page(request.query_params)
        self.page = _page(request.query_params)
        start = (self.page - 1) * self.per_page
        with patience.at_most(patience.LIST):
            found, self.has_next = _versions(queryset, start, self.per_page)
            self.count = self._count(queryset, start, len(found))
            self.ids = [id_ for id_, _ in found]
            self.tag = tag_of(found, self.has_next, self.count.number if self.count.exact else None)
            # Results are long: they are not read for a reader who has them.
            return [] if knows(request, self.tag) else _rows(self.ids[:PART])

    def get_paginated_response(self, data: Any) -> HttpResponseBase:  # type: ignore[override]
        response = unless_known(self.request, self.tag, lambda: self._answer(data))
        response["X-Total-Count"] = str(self.count.number)
        response["X-Count-Exact"] = "true" if self.count.exact else "false"
        pages = self._pages()
        if pages:
            response["Link"] = ",".join(f'<{self._url(page)}>; rel="{name}"' for name, page in pages)
        return response

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """For the API description."""
        return [
            described(
                "per_page", "integer", "How many jobs.", default=DEFAULT_PER_PAGE, minimum=1, maximum=MAX_PER_PAGE
            ),
            described("page", "integer", "An unreadable one is the first.", default=1, maximum=MAX_PAGE),
        ]

    def _answer(self, rows: list[JobRow]) -> HttpResponseBase:
        if len(self.ids) <= PART:
            return Response({"status": "success", "data": {"jobs": [self._object(row) for row in rows]}})
        objects = map(self._object, self._in_parts(rows))
        before = '{"status":"success","data":{"jobs":'
        return StreamingHttpResponse(
            array_in_parts(objects, before=before, after="}}"), content_type="application/json"
        )

    def _object(self, row: JobRow) -> dict[str, Any]:
        return job_object(row, without=self.without)

    def _in_parts(self, rows: list[JobRow]) -> Iterator[JobRow]:
        """Each part by its own short query: no old snapshot is kept open for a slow reader."""
        yield from rows
        for start in range(PART, len(self.ids), PART):
            with patience.at_most(patience.LIST):
                rows = _rows(self.ids[start : start + PART])
            yield from rows

    def _count(self, queryset: Any, start: int, found: int) -> RowCount:
        """Without another query where the page is the last."""
        if not self.has_next and (found or not start):
            return RowCount(start + found, exact=True)
        return count_of(queryset)

    def _pages(self) -> list[tuple[str, int]]:
        last = max(1, -(-self.count.number // self.per_page))
        found = [("next", self.page + 1)] if self.has_next else []
        if self.has_next and self.count.exact:
            found.append(("last", last))
        if self.page > 1:
            # From far behind the end, back to where jobs are.
            before = min(self.page - 1, last) if self.count.exact else self.page - 1
            found += [("first", 1), ("prev", before)]
        return found

    def _url(self, page: int) -> str:
        query = [(key, value) for key, values in self.request.query_params.lists() for value in values]
        kept = [pair for pair in query if pair[0] != "page"]
        return self.request.build_absolute_uri("?" + urlencode([*kept, ("page", page)]))


def _rows(ids: list[int]) -> list[JobRow]:
    """In this order. One that was deleted meanwhile is not there."""
    found = with_function_name(Job.objects.filter(pk__in=ids)).values_list(*JOB_COLUMNS)
    rows = {row[0]: JobRow(*row) for row in found}
    return [rows[id_] for id_ in ids if id_ in rows]


def _versions(jobs: Any, start: int, size: int) -> tuple[list[tuple[Any, ...]], bool]:
    """Id and version of each job of a page, in its order, and whether more jobs follow."""
    found = rows_from(jobs, start, size + 1, "pk", JOB_VERSION)
    return found[:size], len(found) > size


def _per_page(query: QueryDict) -> int:
    text = first(query, "per_page")
    if "per_page" not in query:
        return DEFAULT_PER_PAGE
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= MAX_PER_PAGE:
        raise InvalidFilter(f"per_page argument must be integer between 1-{MAX_PER_PAGE}")
    return int(text)


def _page(query: QueryDict) -> int:
    text = first(query, "page")
    # What is no number, or not above 0, is the first page. Digits of other scripts are none, as in ids.
    if not (text.isascii() and text.isdecimal()):
        return 1
    if not _WHOLE.fullmatch(text) or int(text) > MAX_PAGE:
        raise InvalidFilter(f"page argument must be at most {MAX_PAGE}")
    return max(int(text), 1)
