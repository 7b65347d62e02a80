"""/action_configs: the default parameters of actions, set at run time."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.configs.delete import delete_config
from jobs.engine.configs.save import save_config
from jobs.engine.errors import NoSuchActionConfig
from jobs.engine.submission import ACTION_NAME
from jobs.models import ActionConfig
from jobs.seal.form import masked
from jobsite.access.permissions import require
from jobsite.api.conditional import shown
from jobsite.api.v0.bodies import typed
from jobsite.api.v0.descriptions.action_configs import ACTION_CONFIGS
from jobsite.api.v0.schemas.action_configs import ActionConfigBody
from jobsite.api.v0.views.base import Endpoint


class ActionConfigs(Endpoint):
    needs = {
        "list": "jobs.view_actionconfig",
        "create": "jobs.add_actionconfig",
        "retrieve": "jobs.view_actionconfig",
        "destroy": "jobs.delete_actionconfig",
    }
    pagination_class = None

    @ACTION_CONFIGS["list"]
    def list(self, request: Request) -> HttpResponseBase:
        configs = ActionConfig.objects.order_by("action")
        return shown(request, {"actionConfigs": [_object(config) for config in configs]})

    @ACTION_CONFIGS["create"]
    def create(self, request: Request) -> Response:
        # One address for both: who may add only must not replace.
        require(request, "jobs.change_actionconfig")
        body = typed(ActionConfigBody, self.body(request))
        config = save_config(body.action, body.parameters or {}, by=self.actor(request))
        return Response(_object(config), status=202)

    @ACTION_CONFIGS["retrieve"]
    def retrieve(self, request: Request, action_name: str) -> HttpResponseBase:
        config = ActionConfig.objects.filter(action=_name(action_name)).first()
        if config is None:
            raise NoSuchActionConfig(action_name)
        return shown(request, _object(config))

    @ACTION_CONFIGS["destroy"]
    def destroy(self, request: Request, action_name: str) -> Response:
        delete_config(_name(action_name), by=self.actor(request))
        return Response(status=204)


def _object(config: ActionConfig) -> dict[str, Any]:
    return {"action": config.action, "parameters": masked(config.parameters)}


def _name(text: str) -> str:
    """What is no action's name has no config; PostgreSQL can not even be asked for a NUL."""
    if not ACTION_NAME.fullmatch(text):
        raise NoSuchActionConfig(text)
    return text
