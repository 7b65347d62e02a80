"""How operations are put into words for the API descriptions, and what both dialects say alike."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_serializer

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Describe(Protocol):
    """A decorator that adds nothing but words."""

    def __call__(self, handler: Handler, /) -> Handler: ...


COUNT_EXACT = OpenApiParameter(
    "X-Count-Exact", bool, OpenApiParameter.HEADER, response=[200], description="false: an estimate."
)
NOT_MODIFIED = OpenApiResponse(description="Nothing: If-None-Match has the present ETag.")
READ_DOCS: Describe = extend_schema(
    operation_id="docs",
    summary="This description; no login",
    responses={
        200: OpenApiTypes.OBJECT,
        406: OpenApiResponse(OpenApiTypes.OBJECT, "An Accept without application/json"),
    },
    auth=[],
)


def holds_a_list(answer: type) -> None:
    """Of an object that is the answer to a list: it is not a row of one."""
    extend_schema_serializer(many=False)(answer)


def etag(where_none: str = "") -> OpenApiParameter:
    """Of what is read: who brings the present one is spared the body."""
    words = f"For If-None-Match. {where_none}".rstrip()
    return OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304], description=words)


def described(name: str, kind: str, description: str, **schema: Any) -> dict[str, Any]:
    """A query parameter, as the backends of DRF describe theirs."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind, **schema}}
