"""What every endpoint of the dialect has."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from jobs.engine.actor import Actor
from jobsite.access.actor import actor_of
from jobsite.api.strict_json import StrictJSONParser
from jobsite.api.v1.errors import exception_handler


class Endpoint(GenericViewSet[Any]):
    http_method_names = ["get", "head", "post", "put", "delete"]
    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    # The permission of each handler; one that is missing here is an error at its first request.
    needs: ClassVar[dict[str, str]] = {}

    def get_exception_handler(self) -> Callable[..., Any]:
        return exception_handler

    def body(self, request: Request) -> dict[str, Any]:
        """The body's JSON object; an empty one for no body, as the original's clients send it."""
        body = request.data if request.stream is not None else {}
        if not isinstance(body, dict):
            raise ParseError("The body is not a JSON object")
        return body

    def actor(self, request: Request) -> Actor:
        return actor_of(request, dialect="v1")


def success(data: Any, **more: Any) -> Response:
    """The envelope of what went well."""
    return Response({"status": "success", "data": data, **more})
