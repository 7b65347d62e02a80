"""The words of /actions and /classes, which are paused alike."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from jobsite.api.describing import Describe
from jobsite.api.v0.descriptions.endpoint import endpoint, listing
from jobsite.api.v0.schemas.actions import ActionList, ClassList
from jobsite.api.v0.schemas.common import ReasonBody

_ACTION_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH)
_CLASS_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="As `scan` or `scan=1,scanCheck=2`.")
_UNTIL = "is started until it is resumed; running ones go on"
_ACTION_EXAMPLE: dict[str, Any] = {
    "name": "noop",
    "description": "Do nothing, with whatever parameters.",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": True},
    "capacityMap": None,
    "locks": [],
    "paused": False,
}


def _pausing(operation: str, summary: str, parameter: OpenApiParameter) -> Describe:
    return endpoint(
        operation,
        summary,
        None,
        status=204,
        errors=(400, 404),
        request=ReasonBody,
        parameters=[parameter],
        examples=[OpenApiExample("Reason", {"reason": "the license server is away"}, request_only=True)],
    )


ACTIONS: dict[str, Describe] = {
    "list": listing("actions_list", "List actions", ActionList, {"actions": [_ACTION_EXAMPLE]}),
    "pause": _pausing("actions_pause", f"No job of the action {_UNTIL}", _ACTION_NAME),
    "resume": _pausing("actions_resume", "Jobs of the action start again", _ACTION_NAME),
}
CLASSES: dict[str, Describe] = {
    "list": listing(
        "classes_list",
        "List capacity classes",
        ClassList,
        {"classes": [{"name": "scan=2", "capacityMap": {"scan": 2}, "paused": False}]},
    ),
    "pause": _pausing("classes_pause", f"No job of the capacity class {_UNTIL}", _CLASS_NAME),
    "resume": _pausing("classes_resume", "Jobs of the capacity class start again", _CLASS_NAME),
}
