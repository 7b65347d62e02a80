"""seal_stored: encrypt what was stored before its action declared it a secret."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from jobs.actions.registry import registered_actions
from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.sealing import Sealed, seal_rows
from jobs.seal.submission import is_bare, mask_submission

WINDOW = 1000
_SIDES = ("before", "after")

ModelNamed = Callable[[str, str], type[Model]]


def seal_stored(*, by: Actor) -> Sealed:
    """All jobs, crons and action defaults, and *** in older audit events. Raises SealingUndone."""
    audit("seal", by=by, object_type="parameters", object_id="all")
    return seal_all(apps.get_model)


def seal_all(model: ModelNamed) -> Sealed:
    """The same for a migration, which brings its own models and has nobody to name."""
    sealed = Sealed()
    if not any(action.parameters.has_secrets() for action in registered_actions()):
        return sealed
    if not settings.PARAMETERS_KEYS:
        sealed.refused["PARAMETERS_KEY"] = "is not set"
        return sealed
    # Windows of all rows: what is wanted has no index, and no single statement may read a large table.
    for name in ("Job", "Cron", "ActionConfig"):
        seal_rows(model("jobs", name)._default_manager.all(), into=sealed, wanted=is_bare)
    _mask_audit(model("jobs", "AuditEvent")._default_manager.all())
    return sealed


def _mask_audit(events: QuerySet[Any]) -> None:
    """The one change that audit rows ever see (docs/adr/0021): a secret in them would stay for ever."""
    after = 0
    while window := list(events.filter(pk__gt=after).order_by("pk").defer("reason", "client")[:WINDOW]):
        if open_ones := [event for event in window if any(is_bare(_submission(event, side)) for side in _SIDES)]:
            _rewrite(open_ones)
        after = window[-1].pk


@transaction.atomic
def _rewrite(events: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_auditevent DISABLE TRIGGER jobs_auditevent_append_only")
        for event in events:
            sides = {side: _masked(event, side) for side in _SIDES}
            type(event)._default_manager.filter(pk=event.pk).update(**sides)
        cursor.execute("ALTER TABLE jobs_auditevent ENABLE TRIGGER jobs_auditevent_append_only")


def _submission(event: Any, side: str) -> dict[str, Any]:
    """What one side of an event tells of parameters."""
    told = getattr(event, side)
    if event.object_type == "action_config":
        return {"action": event.object_id, "parameters": told}
    return told if isinstance(told, dict) else {}


def _masked(event: Any, side: str) -> Any:
    masked = mask_submission(_submission(event, side))
    if event.object_type == "action_config":
        return masked["parameters"]
    return masked or getattr(event, side)
