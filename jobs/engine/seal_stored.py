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
    while window := list(events.filter(pk__gt=after).order_by("pk").only("before", "after")[:WINDOW]):
        if open_ones := [event for event in window if _tells(event.before) or _tells(event.after)]:
            _rewrite(open_ones)
        after = window[-1].pk


@transaction.atomic
def _rewrite(events: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_auditevent DISABLE TRIGGER jobs_auditevent_append_only")
        for event in events:
            sides = {side: _masked(getattr(event, side)) for side in ("before", "after")}
            type(event)._default_manager.filter(pk=event.pk).update(**sides)
        cursor.execute("ALTER TABLE jobs_auditevent ENABLE TRIGGER jobs_auditevent_append_only")


def _tells(side: Any) -> bool:
    return isinstance(side, dict) and is_bare(side)


def _masked(side: Any) -> Any:
    return mask_submission(side) if isinstance(side, dict) else side
