"""What the operations of all resources have in common: their errors, and how one is listed, read or deleted."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import BaseModel

from jobsite.api.describing import COUNT_EXACT, NOT_MODIFIED, Describe, etag, holds_a_list
from jobsite.api.v0.schemas.common import Errors

AT_LEAST_0: dict[str, Any] = {"type": "integer", "minimum": 0}
_REASONS = {
    400: "INVALID_JSON, INVALID_PARAMETERS or INVALID_FORM_FIELD",
    401: "NOT_AUTHENTICATED",
    403: "NOT_AUTHORIZED",
    404: "NO_SUCH_ and JOB, CRON, ACTION_CONFIG, WORKER, LOCK, ACTION or CLASS",
    406: "NOT_ACCEPTABLE: an Accept without what is answered",
    409: "CONFLICT",
    411: "LENGTH_REQUIRED: a body without Content-Length",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE: a body that is not application/json",
    429: "TOO_MANY_REQUESTS, with Retry-After: more than THROTTLE allows, or ten failed logins",
    503: "UNAVAILABLE, with Retry-After",
}


# Of a list that is sent in pages.
PAGE_HEADERS = [
    OpenApiParameter("X-Resource-Count", int, OpenApiParameter.HEADER, response=[200], description="Of all pages."),
    COUNT_EXACT,
    OpenApiParameter("Link", str, OpenApiParameter.HEADER, response=[200], description='The next page: rel="next".'),
]


def endpoint(
    operation: str,
    summary: str,
    answer: Any,
    example: Any = None,
    *,
    status: int = 200,
    request: type[BaseModel] | None = None,
    errors: tuple[int, ...] = (),
    also: Mapping[Any, Any] | None = None,
    conditional: bool = False,
    **more: Any,
) -> Describe:
    """One operation: what it reads and answers, with examples, and each error that it can answer.

    `also`: what it answers with another status, or, by status and type, in another media type.
    `conditional`: whether it heeds If-None-Match.
    """
    examples = (
        [] if example is None else [OpenApiExample("Example", example, response_only=True, status_codes=[str(status)])]
    )
    responses: dict[Any, Any] = {**(also or {}), status: answer or OpenApiResponse(description="Nothing.")}
    for code in (*errors, *_of_body(request), 401, 403, 406, 429, 503):
        responses[code] = OpenApiResponse(Errors, description=_REASONS[code])
    if conditional:
        responses[304] = NOT_MODIFIED
        # Where one stands among them that says more of it, that one counts.
        more["parameters"] = [etag(), *more.get("parameters", [])]
    more["examples"] = [*examples, *more.get("examples", [])]
    describe: Describe = extend_schema(
        operation_id=operation, summary=summary, request=request, responses=responses, **more
    )
    return describe


def _of_body(request: type[BaseModel] | None) -> tuple[int, ...]:
    """The errors of every body. One that may be left out counts as left out where it is not JSON."""
    if request is None:
        return ()
    is_required = any(field.is_required() for field in request.model_fields.values())
    return (411, 413, 415) if is_required else (411, 413)


def listing(operation: str, summary: str, answer: type, example: Any, **more: Any) -> Describe:
    holds_a_list(answer)
    return endpoint(operation, summary, answer, example, conditional=True, **more)


def reading(operation: str, summary: str, answer: type, example: Any, name: OpenApiParameter) -> Describe:
    """Of the one that the address names."""
    return endpoint(operation, summary, answer, example, errors=(404,), conditional=True, parameters=[name])


def deleting(operation: str, summary: str, name: OpenApiParameter) -> Describe:
    return endpoint(operation, summary, None, status=204, errors=(404,), parameters=[name])
