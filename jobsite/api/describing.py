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
# Of what is read: who brings the present ETag is spared the body.
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 304],
    description="For If-None-Match. A list of more than 1000 jobs has none.",
)
NOT_MODIFIED = OpenApiResponse(description="Nothing: If-None-Match has the present ETag.")
READ_DOCS: Describe = extend_schema(
    operation_id="docs", summary="This description; no login", responses={200: OpenApiTypes.OBJECT}, auth=[]
)


def holds_a_list(answer: type) -> None:
    """Of an object that is the answer to a list: it is not a row of one."""
    extend_schema_serializer(many=False)(answer)


def described(name: str, kind: str, description: str, **schema: Any) -> dict[str, Any]:
    """A query parameter, as the backends of DRF describe theirs."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind, **schema}}
