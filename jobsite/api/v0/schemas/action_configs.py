"""Action configs: an action's default parameters, and the body that sets them."""

from typing import Annotated, Any

from pydantic import Field

from jobsite.api.v0.schemas.common import ActionName, Sent, Wire


class ActionConfig(Wire):
    """Default parameters of an action; a submission's own values win."""

    action: str
    parameters: dict[str, Any]


class ActionConfigList(Wire):
    action_configs: list[ActionConfig]


class ActionConfigBody(Sent):
    """Both are required. Unknown keys are ignored."""

    action: ActionName
    parameters: Annotated[dict[str, Any] | None, Field(description="The whole of them; null is the same as {}.")]
