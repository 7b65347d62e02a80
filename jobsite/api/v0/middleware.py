"""Errors that arise before or beside the dialect's views: bad Host, a crash, a database that is gone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from jobsite.api.v0.errors import RETRY_AFTER_SECONDS, envelope

_PREFIX = "/api/v0"
_WORDS = {
    400: ("INVALID_PARAMETERS", "The request can not be read: its Host header, address or form is not acceptable."),
    403: ("NOT_AUTHORIZED", "You may not do this."),
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("NOT_ALLOWED", "The method is not allowed here."),
    413: ("PAYLOAD_TOO_LARGE", "The body is too long."),
    503: ("UNAVAILABLE", "The site is not available; try again."),
}
_CRASH = ("INTERNAL_ERROR", "jobsite failed at this request; its log says why.")


class ErrorEnvelope:
    """Outermost: whatever error page Django makes below /api/v0 becomes the dialect's envelope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or not _is_ours(request.path_info) or _is_json(response):
            return response
        code, message = _WORDS.get(response.status_code, _CRASH)
        answer = JsonResponse(envelope(code, message), status=response.status_code)
        if response.status_code == 503:
            answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer


def _is_ours(path: str) -> bool:
    return path == _PREFIX or path.startswith(f"{_PREFIX}/")


def _is_json(response: HttpResponseBase) -> bool:
    return isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("application/json")
