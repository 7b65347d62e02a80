"""Web pages of other origins: those that the operator names may call the dialect, with a token, never with cookies."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from jobsite.api.middleware import is_below

_PREFIX = "/api/v1.0"
_METHODS = "GET, HEAD, POST, PUT, DELETE"
_HEADERS = "authorization, content-type"
_EXPOSED = "Link, X-Total-Count"
_REMEMBERED_SECONDS = "600"


class Cors:
    """Off unless CORS_ORIGINS names an origin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.CORS_ORIGINS or not is_below(request.path_info, _PREFIX):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        is_known = origin in settings.CORS_ORIGINS
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        # A preflight brings no login.
        response = HttpResponse(status=204) if is_known and is_preflight else self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        if is_known:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Expose-Headers"] = _EXPOSED
        if is_known and is_preflight:
            response["Access-Control-Allow-Methods"] = _METHODS
            response["Access-Control-Allow-Headers"] = _HEADERS
            response["Access-Control-Max-Age"] = _REMEMBERED_SECONDS
        return response
