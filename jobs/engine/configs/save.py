"""save_config: give an action default parameters, in place of those that it had."""

from typing import Any

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.submission import checked_defaults
from jobs.models import ActionConfig


@transaction.atomic
def save_config(action: str, parameters: dict[str, Any], *, by: Actor, reason: str = "") -> ActionConfig:
    """The config as it is stored; from now on jobs that start have these. Raises InvalidSubmission."""
    # Locked, unless it is made: what the audit says was there before is what this replaces.
    configs = ActionConfig.objects.select_for_update(no_key=True)
    held = configs.filter(action=action).first()
    stored = checked_defaults(action, parameters, before=held.parameters if held else None)
    config, created = configs.get_or_create(action=action, defaults={"parameters": stored})
    before = None if created else config.parameters
    if not created:
        ActionConfig.objects.filter(pk=config.pk).update(parameters=stored, updated_at=CLOCK)
        config.parameters = stored
    verb = "create" if created else "change"
    audit(verb, by=by, object_type="action_config", object_id=action, before=before, after=stored, reason=reason)
    return config
