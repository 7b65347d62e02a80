"""delete_config: the defaults of the action's own code are used again."""

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.errors import NoSuchActionConfig
from jobs.models import ActionConfig


@transaction.atomic
def delete_config(action: str, *, by: Actor, reason: str = "") -> None:
    """Also that of an action which is registered no more. Raises NoSuchActionConfig."""
    config = ActionConfig.objects.select_for_update().filter(action=action).first()
    if config is None:
        raise NoSuchActionConfig(action)
    audit("delete", by=by, object_type="action_config", object_id=action, before=config.parameters, reason=reason)
    ActionConfig.objects.filter(pk=config.pk).delete()
