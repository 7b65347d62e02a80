"""Errors that arise before or beside the dialect's views, in its envelope."""

from typing import Any

from jobsite.api import middleware
from jobsite.api.v1.errors import FORBIDDEN, NOT_FOUND, envelope

_WORDS = {
    400: "The request can not be read: its Host header, address or form is not acceptable",
    403: FORBIDDEN,
    404: NOT_FOUND,
    405: "The method is not allowed here",
    411: "A body needs its Content-Length: one that is sent in chunks is not read",
    413: "The body is too long",
    503: "The site is not available; try again",
}


class ErrorEnvelope(middleware.ErrorEnvelope):
    prefix = "/api/v1.0"

    def body(self, status: int) -> dict[str, Any]:
        return envelope(_WORDS.get(status, "jobsite failed at this request; its log says why"))
