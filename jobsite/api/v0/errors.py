"""Every error of the dialect: `{"errors": [{"code", "message", "detail"}]}`."""

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

from jobs.actions import UnknownAction
from jobs.engine.errors import (
    ActionForbidden,
    InvalidSubmission,
    JobEnded,
    JobNotEnded,
    JobReserved,
    KeyReused,
    KeysJobGone,
    LockHeld,
    NoSuchActionConfig,
    NoSuchClass,
    NoSuchCron,
    NoSuchJob,
    NoSuchLock,
    NoSuchWorker,
    TooManyJobs,
    WorkerNotFit,
)
from jobs.naming import some_of
from jobsite.api.answers import clipped, nearest
from jobsite.api.middleware import RETRY_AFTER_SECONDS
from jobsite.patience import TooSlow
from workers.capacity import InvalidCapacity

logger = logging.getLogger(__name__)


class WireError(Exception):
    """An answer that is an error, in the dialect's own words."""

    def __init__(self, status: int, code: str, message: str, detail: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail


class InvalidQuery(WireError):
    """A query parameter that can not be read."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(
            400, "INVALID_PARAMETERS", "A query parameter is not valid.", {"field": field, "reason": reason}
        )
        self.field = field
        self.reason = reason


class InvalidField(WireError):
    """A field of the body that can not be accepted."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(
            400, "INVALID_FORM_FIELD", f"The field {field} is not valid: {reason}", {"field": field, "reason": reason}
        )


def envelope(code: str, message: str, detail: Any = None) -> dict[str, Any]:
    """The body of an error. `detail` stands there only if there is one."""
    error: dict[str, Any] = {"code": code, "message": clipped(message)}
    if detail is not None:
        error["detail"] = {key: clipped(value) for key, value in detail.items()}
    return {"errors": [error]}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook: the answer to what a view raised. None for what nobody foresaw, which is a 500."""
    known = nearest(error, _ANSWERS)
    if known is None:
        return None
    response = Response(envelope(known.code, known.message, known.detail), status=known.status)
    if known.status == 503:
        logger.warning("database unavailable", extra={"error": str(error)})
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(int(getattr(error, "wait", None) or 0) + 1)
    # A browser that polls with an expired session must not open its password box.
    if known.status == 401 and settings.SESSION_COOKIE_NAME not in context["request"].COOKIES:
        response["WWW-Authenticate"] = 'Basic realm="jobsite", charset="UTF-8"'
    return response


def _too_large(_error: Exception) -> WireError:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return WireError(413, "PAYLOAD_TOO_LARGE", f"The body is longer than {limit} bytes.")


def _unreadable(error: Exception) -> WireError:
    return WireError(400, "INVALID_PARAMETERS", f"The request can not be read: {error}")


def too_slow(
    error: Exception, *, narrow_by: str = "action, worker, status, scheduledAfter or scheduledBefore"
) -> WireError:
    """The answer to a list that reached its time limit."""
    reason = f"the list {error}; narrow it by {narrow_by}"
    return WireError(400, "INVALID_PARAMETERS", "The query parameters find too much to search.", {"reason": reason})


def _unavailable(_error: Exception) -> WireError:
    return WireError(503, "UNAVAILABLE", "The database can not be reached or is too busy; try again.")


# What DRF raises by itself.
_CODES: dict[int, str] = {
    400: "INVALID_JSON",
    401: "NOT_AUTHENTICATED",
    403: "NOT_AUTHORIZED",
    405: "NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_ERROR",
    503: "UNAVAILABLE",
}


def _of_framework(error: exceptions.APIException) -> WireError:
    # By type: without an `authenticate_header` DRF would turn its 401 into a 403.
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        return WireError(401, "NOT_AUTHENTICATED", str(error.detail))
    if isinstance(error, exceptions.NotFound):
        return not_found()
    return WireError(error.status_code, _CODES[error.status_code], str(error.detail))


def not_found() -> WireError:
    """The answer of an URL that is not one."""
    return WireError(
        404, "NOT_FOUND", "There is nothing at this address. /api/docs/v0 shows what there is, docs.json lists it."
    )


_ANSWERS: dict[type, Callable[[Any], WireError]] = {
    WireError: lambda error: error,
    NoSuchJob: lambda _: WireError(404, "NO_SUCH_JOB", "A job with the given ID does not exist."),
    NoSuchCron: lambda _: WireError(404, "NO_SUCH_CRON", "A cron with the given name does not exist."),
    NoSuchActionConfig: lambda _: WireError(
        404, "NO_SUCH_ACTION_CONFIG", "An action config for the given action does not exist."
    ),
    NoSuchWorker: lambda _: WireError(404, "NO_SUCH_WORKER", "A worker with the given ID does not exist."),
    NoSuchLock: lambda _: WireError(404, "NO_SUCH_LOCK", "No job has ever wanted a lock of the given name."),
    LockHeld: lambda error: WireError(
        409, "CONFLICT", f"The lock's holder is alive: {error}.", {"holders": some_of(error.holders)}
    ),
    NoSuchClass: lambda _: WireError(404, "NO_SUCH_CLASS", "A capacity class with the given name does not exist."),
    UnknownAction: lambda error: WireError(404, "NO_SUCH_ACTION", f"An action with the given name: {error}."),
    InvalidSubmission: lambda error: InvalidField(error.field, error.reason),
    KeyReused: lambda error: WireError(
        409, "CONFLICT", "The Idempotency-Key was used with another body.", {"key": str(error)}
    ),
    KeysJobGone: lambda error: WireError(
        409, "CONFLICT", "The job of this Idempotency-Key was deleted; use another key to run it.", {"key": str(error)}
    ),
    JobEnded: lambda error: WireError(
        409, "CONFLICT", f"The job has ended: it is {error.status}.", {"status": error.status}
    ),
    JobNotEnded: lambda error: WireError(
        409, "CONFLICT", f"The job has not ended: it is {error.status}.", {"status": error.status}
    ),
    JobReserved: lambda error: WireError(409, "CONFLICT", f"This can not be run once more: {error}."),
    ActionForbidden: lambda error: WireError(
        403,
        "NOT_AUTHORIZED",
        f"None of your roles allows this: {error}.",
        {"action": error.action, "permission": error.permission},
    ),
    TooManyJobs: lambda error: WireError(
        403, "NOT_AUTHORIZED", f"For a bulk none of your roles has the permission jobs.bulk_job, and {error}."
    ),
    WorkerNotFit: lambda error: WireError(
        409, "CONFLICT", f"The worker is {error.state}: {error}.", {"status": error.state}
    ),
    InvalidCapacity: lambda error: InvalidField(
        f"capacityMap.{error.type_name}" if error.type_name else "capacityMap", str(error)
    ),
    TooSlow: too_slow,
    RequestDataTooBig: _too_large,
    SuspiciousOperation: _unreadable,
    MultiPartParserError: _unreadable,
    UnreadablePostError: _unreadable,
    Http404: lambda _: not_found(),
    PermissionDenied: lambda error: WireError(403, "NOT_AUTHORIZED", str(error) or "You may not do this."),
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
    exceptions.APIException: _of_framework,
}
