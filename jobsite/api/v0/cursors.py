"""The cursor of a list: how it is read from the query, and told with the page before it."""

from collections.abc import Mapping

from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from rest_framework.request import Request

from jobsite.api.counts import RowCount
from jobsite.api.keyset import InvalidCursor, Place, decode
from jobsite.api.v0.errors import InvalidQuery


def read_cursor(query: Mapping[str, str]) -> Place | None:
    """The place that `after` names; None for the list's start."""
    text = query.get("after", "")
    try:
        return decode(text) if text else None
    except InvalidCursor as error:
        raise InvalidQuery("after", str(error)) from error


def tell_pages(response: HttpResponseBase, request: Request, *, count: RowCount, after: str | None) -> None:
    """The headers of a page: how many rows there are in all, and the next page, `after` its cursor, if there is one."""
    response["X-Resource-Count"] = str(count.number)
    response["X-Count-Exact"] = "true" if count.exact else "false"
    if after is not None:
        response["Link"] = _next_link(request, after)


def _next_link(request: Request, after: str) -> str:
    """The same list behind this page's last row."""
    query = [(key, value) for key, values in request.query_params.lists() for value in values]
    kept = [pair for pair in query if pair[0] not in {"start", "after"}]
    url = request.build_absolute_uri("?" + urlencode([*kept, ("after", after)]))
    return f'<{url}>; rel="next"'
