"""The words of /action_configs."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from jobsite.api.describing import Describe
from jobsite.api.v0.descriptions.endpoint import deleting, endpoint, listing, reading
from jobsite.api.v0.schemas.action_configs import ActionConfig, ActionConfigBody, ActionConfigList

_ACTION_NAME = OpenApiParameter("action_name", str, OpenApiParameter.PATH)
_EXAMPLE = {"action": "onlinegc_joblogs", "parameters": {"days": "30"}}

ACTION_CONFIGS: dict[str, Describe] = {
    "list": listing(
        "action_configs_list",
        "List the default parameters that actions were given, by action",
        ActionConfigList,
        {"actionConfigs": [_EXAMPLE]},
    ),
    "create": endpoint(
        "action_configs_save",
        "Give an action default parameters, in place of those that it had; a submission's own values win",
        ActionConfig,
        _EXAMPLE,
        status=202,
        errors=(400,),
        request=ActionConfigBody,
        examples=[OpenApiExample("Action config", _EXAMPLE, request_only=True)],
    ),
    "retrieve": reading(
        "action_configs_read", "The default parameters of one action", ActionConfig, _EXAMPLE, _ACTION_NAME
    ),
    "destroy": deleting(
        "action_configs_delete", "Take an action's default parameters away: its own are used again", _ACTION_NAME
    ),
}
