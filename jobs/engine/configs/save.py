"""save_config: give an action default parameters, in place of those that it had."""

from typing import Any

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.clock import CLOCK
from jobs.engine.submission import check_defaults
from jobs.models import ActionConfig


@transaction.atomic
def save_config(action: str, parameters: dict[str, Any], *, by: Actor, reason: str = "") -> ActionConfig:
    """The config as it is stored; from now on jobs that start have these. Raises InvalidSubmission."""
    check_defaults(action, parameters)
    # Locked, unless it is made: what the audit says was there before is what this replaces.
    configs = ActionConfig.objects.select_for_update(no_key=True)
    config, created = configs.get_or_create(action=action, defaults={"parameters": parameters})
    before = None if created else config.parameters
    if not created:
        ActionConfig.objects.filter(pk=config.pk).update(parameters=parameters, updated_at=CLOCK)
        config.parameters = parameters
    verb = "create" if created else "change"
    audit(verb, by=by, object_type="action_config", object_id=action, before=before, after=parameters, reason=reason)
    return config
