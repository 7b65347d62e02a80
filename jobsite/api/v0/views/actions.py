"""/actions: what jobs can run."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.actions import Action, registered_actions
from jobsite.api.v0.descriptions import ACTIONS
from jobsite.api.v0.views.base import Endpoint


class Actions(Endpoint):
    needs = {"list": "jobs.view_job"}
    pagination_class = None

    @ACTIONS["list"]
    def list(self, _request: Request) -> Response:
        return Response({"actions": [_object(action) for action in registered_actions()]})


def _object(action: Action) -> dict[str, Any]:
    locks = action.locks if isinstance(action.locks, list) else None
    return {
        "name": action.name,
        "description": action.description,
        "parameters": action.parameters.model_json_schema(),
        "capacityMap": None if action.capacity is None else dict(action.capacity),
        "locks": None if locks is None else [{"name": lock.name, "mode": lock.mode} for lock in locks],
        # An action can not be paused yet.
        "paused": False,
    }
