"""What browsers may load and run of our answers (docs/adr/0025), beside Django's own headers."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from jobsite.api.middleware import is_below

HEADER = "Content-Security-Policy"
# Nothing inline, neither script nor style, so no nonce is needed either. 'unsafe-eval' is the theme's Alpine, which
# compiles the expressions in its attributes; data: are the theme's arrows and ticks.
PAGE = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# Data is never a page: should a browser be made to show it, nothing in it runs or loads.
DATA = "default-src 'none'; frame-ancestors 'none'"


class ContentSecurityPolicy:
    """On every answer that brings none. Django's error pages for developers are inline scripts: they go without."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if is_below(request.path_info, "/api") or response.get("Content-Type", "").startswith("application/json"):
            response.headers.setdefault(HEADER, DATA)
        elif not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault(HEADER, PAGE)
        return response
