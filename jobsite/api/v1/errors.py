"""Every error of the dialect: `{"status": "error", "message": ".."}`."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.response import Response

from jobs.engine.errors import ActionForbidden, InvalidSubmission
from jobsite.access.authentication import ExpiredToken, UnknownToken
from jobsite.api.answers import clipped, nearest
from jobsite.api.middleware import RETRY_AFTER_SECONDS
from jobsite.patience import TooSlow

logger = logging.getLogger(__name__)

FORBIDDEN = "You don't seem to have the rights to execute this call"
NOT_FOUND = "There is nothing at this address: /api/docs/v1.0 shows what there is"
# What the original calls the fields of a submission.
_FIELDS = {"ticketRef": "ticket_ref", "scheduledAt": "start_at"}


class WireError(Exception):
    """An answer that is an error, in the dialect's own words."""

    def __init__(self, status: int, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.more = more


class InvalidFilter(WireError):
    """Query parameters of GET /jobs that can not be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, f"Unable to filter jobs: {reason}")


def envelope(message: str, **more: str) -> dict[str, Any]:
    """The body of an error."""
    return {**more, "status": "error", "message": clipped(message)}


def exception_handler(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """DRF's hook: the answer to what a view raised. None for what nobody foresaw, which is a 500."""
    known = nearest(error, _ANSWERS)
    if known is None:
        return None
    response = Response(envelope(known.message, **known.more), status=known.status)
    if known.status == 503:
        logger.warning("database unavailable", extra={"error": str(error)})
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(int(getattr(error, "wait", None) or 0) + 1)
    if known.status == 401:
        # Not Basic: a browser would open its password box over a page that polls.
        response["WWW-Authenticate"] = 'Bearer realm="jobsite"'
    return response


def _too_large(_error: Exception) -> WireError:
    return WireError(413, f"The body is longer than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes")


def _unreadable(error: Exception) -> WireError:
    return WireError(400, f"The request can not be read: {error}")


def _too_slow(error: Exception) -> WireError:
    advice = "add filter[id][gt], filter[status], filter[function_name], filter[scheduled_by], or sort by id"
    return InvalidFilter(f"this {error}; {advice}")


def _unavailable(_error: Exception) -> WireError:
    return WireError(503, "The database can not be reached or is too busy; try again")


def _invalid(error: InvalidSubmission) -> WireError:
    field = error.field.removeprefix("parameters").removeprefix(".")
    # A reason about all parameters together names them itself.
    return WireError(400, f"{_FIELDS.get(field, field)}: {error.reason}" if field else error.reason)


# The nearest class in an error's line of descent decides.
_ANSWERS: dict[type, Callable[[Any], WireError]] = {
    WireError: lambda error: error,
    InvalidSubmission: _invalid,
    TooSlow: _too_slow,
    RequestDataTooBig: _too_large,
    SuspiciousOperation: _unreadable,
    MultiPartParserError: _unreadable,
    UnreadablePostError: _unreadable,
    Http404: lambda _: WireError(404, NOT_FOUND),
    PermissionDenied: lambda _: WireError(403, FORBIDDEN),
    ActionForbidden: lambda _: WireError(403, FORBIDDEN),
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
    ExpiredToken: lambda _: WireError(401, "The JWT token is expired", errorCode="auth_expired"),
    UnknownToken: lambda _: WireError(401, "Could not decode JWT token"),
    exceptions.AuthenticationFailed: lambda _: WireError(401, "Invalid user name or password"),
    exceptions.NotAuthenticated: lambda _: WireError(401, "JWT token missing?"),
    exceptions.PermissionDenied: lambda _: WireError(403, FORBIDDEN),
    exceptions.NotFound: lambda _: WireError(404, NOT_FOUND),
    exceptions.APIException: lambda error: WireError(error.status_code, str(error.detail)),
}
