"""/actions: what jobs can run, and whether they may."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.actions import Action, registered_actions
from jobs.engine.pause import pause
from jobs.engine.resume import resume
from jobs.models import Pause
from jobsite.api.conditional import shown
from jobsite.api.v0.bodies import read_reason
from jobsite.api.v0.descriptions.actions import ACTIONS
from jobsite.api.v0.views.base import Endpoint


class Actions(Endpoint):
    needs = {"list": "jobs.view_job", "pause": "jobs.pause", "resume": "jobs.pause"}
    pagination_class = None

    @ACTIONS["list"]
    def list(self, request: Request) -> HttpResponseBase:
        paused = Pause.names(Pause.Kind.ACTION)
        actions = [_object(action, paused=action.name in paused) for action in registered_actions()]
        return shown(request, {"actions": actions})

    @ACTIONS["pause"]
    def pause(self, request: Request, name: str) -> Response:
        pause(Pause.Kind.ACTION, name, by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(status=204)

    @ACTIONS["resume"]
    def resume(self, request: Request, name: str) -> Response:
        resume(Pause.Kind.ACTION, name, by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(status=204)


def _object(action: Action, *, paused: bool) -> dict[str, Any]:
    locks = action.locks if isinstance(action.locks, list) else None
    return {
        "name": action.name,
        "description": action.description,
        "parameters": action.parameters.model_json_schema(),
        "capacityMap": None if action.capacity is None else dict(action.capacity),
        "locks": None if locks is None else [{"name": lock.name, "mode": lock.mode} for lock in locks],
        "paused": paused,
    }
