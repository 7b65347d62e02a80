"""What every answer says to browsers, beside Django's own headers."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from jobsite.api.middleware import is_below

POLICY = "Content-Security-Policy"
# Data is never a page: should a browser be made to show it, nothing in it runs or loads.
_DATA = "default-src 'none'; frame-ancestors 'none'"


class DataIsNoPage:
    """A policy for all that the APIs answer, and for JSON wherever it is; a page of theirs brings its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if is_below(request.path_info, "/api") or response.get("Content-Type", "").startswith("application/json"):
            response.headers.setdefault(POLICY, _DATA)
        return response
