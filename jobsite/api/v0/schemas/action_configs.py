"""Action configs: an action's default parameters, and the body that sets them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from jobs.engine.submission import ACTION_NAME
from jobsite.api.v0.schemas.common import Wire


class ActionConfig(Wire):
    """Default parameters of an action; a submission's own values win."""

    action: str
    parameters: dict[str, Any]


class ActionConfigList(Wire):
    action_configs: list[ActionConfig]


class ActionConfigBody(BaseModel):
    """Both are required. Unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    action: Annotated[str, Field(pattern=rf"^{ACTION_NAME.pattern}$")]
    parameters: Annotated[dict[str, Any] | None, Field(description="The whole of them; null is the same as {}.")]
