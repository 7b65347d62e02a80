"""Errors that arise before or beside a dialect's views: bad Host, a body of no length, a crash, a database gone."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

RETRY_AFTER_SECONDS = 5
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_below(path: str, prefix: str) -> bool:
    """`prefix` itself, or an address under it."""
    return path == prefix or path.startswith(f"{prefix}/")


class ErrorEnvelope:
    """Outermost: whatever error page Django makes below `prefix` becomes the dialect's envelope."""

    prefix: ClassVar[str]

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_below(request.path_info, self.prefix):
            return self.get_response(request)
        response = HttpResponse(status=411) if _hides_its_body(request) else self.get_response(request)
        if response.status_code < 400 or _is_json(response):
            return response
        answer = JsonResponse(self.body(response.status_code), status=response.status_code)
        if response.status_code == 503:
            answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer

    def body(self, status: int) -> dict[str, Any]:
        """The envelope for an error of which nothing but its status is known."""
        raise NotImplementedError


def _hides_its_body(request: HttpRequest) -> bool:
    """Sent in chunks: Django reads as much as Content-Length says, so it would do what was asked without its body."""
    is_chunked = "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH")
    return is_chunked and request.method not in _READING


def _is_json(response: HttpResponseBase) -> bool:
    return isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("application/json")
