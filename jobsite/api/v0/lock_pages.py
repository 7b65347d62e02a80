"""Pages of GET /locks, by name: the cursor is the last name."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.submission import LOCK_NAME
from jobs.lock_report import report
from jobsite.api.conditional import tag_of, unless_known
from jobsite.api.counts import count_of
from jobsite.api.describing import described
from jobsite.api.v0.cursors import tell_pages
from jobsite.api.v0.errors import InvalidQuery
from jobsite.api.v0.lock_objects import lock_object
from jobsite.api.v0.numbers import number
from locks.models import LockName

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


class LockPagination(BasePagination):
    """`limit` and `after`."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """For the API description."""
        pattern = rf"^({LOCK_NAME.pattern})?$"
        return [
            described("limit", "integer", f"At most this many; at most {MAX_LIMIT}.", default=DEFAULT_LIMIT, minimum=0),
            described("after", "string", "The page behind this name, as in the Link header.", pattern=pattern),
        ]


def page(locks: QuerySet[LockName], request: Request) -> HttpResponseBase:
    limit = min(number(request.query_params, "limit", otherwise=0) or DEFAULT_LIMIT, MAX_LIMIT)
    after = request.query_params.get("after", "")
    if after and not LOCK_NAME.fullmatch(after):
        raise InvalidQuery("after", f"{after[:60]!r} is not a lock's name: 1 to 128 of A-Z a-z 0-9 _ . : @ -")
    names = list(locks.filter(name__gt=after)[: limit + 1])
    count = count_of(locks)
    shown = [lock_object(lock) for lock in report(names[:limit])]
    last = names[limit - 1].name if len(names) > limit else None
    tag = tag_of(shown, last, count.number if count.exact else None)
    response = unless_known(request, tag, lambda: Response({"locks": shown}))
    tell_pages(response, request, count=count, after=last)
    return response
