"""What every endpoint of the dialect has."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from jobs.engine.actor import Actor
from jobsite.access.actor import actor_of
from jobsite.api.strict_json import StrictJSONParser
from jobsite.api.v0.errors import exception_handler


class Endpoint(GenericViewSet[Any]):
    """`needs` names the permission of each handler; one that is missing there is an error at the first request."""

    http_method_names = ["get", "head", "post", "delete"]
    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    needs: ClassVar[dict[str, str]] = {}

    def get_exception_handler(self) -> Callable[..., Any]:
        return exception_handler

    def actor(self, request: Request) -> Actor:
        return actor_of(request, dialect="v0")
