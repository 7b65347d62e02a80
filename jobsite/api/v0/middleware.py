"""Errors that arise before or beside the dialect's views, in its envelope."""

from typing import Any

from jobsite.api import middleware
from jobsite.api.v0.errors import envelope

_WORDS = {
    400: ("INVALID_PARAMETERS", "The request can not be read: its Host header, address or form is not acceptable."),
    403: ("NOT_AUTHORIZED", "You may not do this."),
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("NOT_ALLOWED", "The method is not allowed here."),
    411: ("LENGTH_REQUIRED", "A body needs its Content-Length: one that is sent in chunks is not read."),
    413: ("PAYLOAD_TOO_LARGE", "The body is too long."),
    503: ("UNAVAILABLE", "The site is not available; try again."),
}
_CRASH = ("INTERNAL_ERROR", "jobsite failed at this request; its log says why.")


class ErrorEnvelope(middleware.ErrorEnvelope):
    prefix = "/api/v0"

    def body(self, status: int) -> dict[str, Any]:
        return envelope(*_WORDS.get(status, _CRASH))
