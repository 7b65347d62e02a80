"""What every endpoint of the dialect has."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from jobs.engine.actor import Actor
from jobsite.access.actor import actor_of
from jobsite.api.strict_json import StrictJSONParser
from jobsite.api.v0.errors import exception_handler


class Endpoint(GenericViewSet[Any]):
    http_method_names = ["get", "head", "post", "delete"]
    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    # The permission of each handler; one that is missing here is an error at its first request.
    needs: ClassVar[dict[str, str]] = {}

    def get_exception_handler(self) -> Callable[..., Any]:
        return exception_handler

    def body(self, request: Request) -> Any:
        """The body's JSON. Raises ParseError also where DRF would hand out an empty object for no body."""
        if request.stream is None:
            raise ParseError("The body is empty: send a JSON object, and its Content-Length.")
        return request.data

    def optional_body(self, request: Request) -> Any:
        """The body's JSON, or an empty object where clients of the original send nothing, or whatever they like."""
        is_json = (request.content_type or "").partition(";")[0].strip().lower() == StrictJSONParser.media_type
        return request.data if is_json and request.stream is not None else {}

    def actor(self, request: Request) -> Actor:
        return actor_of(request, dialect="v0")
