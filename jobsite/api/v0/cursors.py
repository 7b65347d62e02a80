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


def tell_pages(response: HttpResponseBase, request: Request, *, count: RowCount, last: Place | None) -> None:
    """The headers of a page: how many rows there are in all, and the next page unless this is the last."""
    response["X-Resource-Count"] = str(count.number)
    response["X-Count-Exact"] = "true" if count.exact else "false"
    if last is not None:
        response["Link"] = _next_link(request, last)


def _next_link(request: Request, last: Place) -> str:
    """The same list behind its last row."""
    query = [(key, value) for key, values in request.query_params.lists() for value in values]
    kept = [pair for pair in query if pair[0] not in {"start", "after"}]
    url = request.build_absolute_uri("?" + urlencode([*kept, ("after", last.encode())]))
    return f'<{url}>; rel="next"'
