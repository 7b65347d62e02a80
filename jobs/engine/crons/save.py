"""save_cron: create a cron, or replace the one of its name. Nothing fires by it."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.crons.skip import skip_overdue
from jobs.engine.crons.spec import CheckedCron, CronSpec, check_cron, next_run
from jobs.models.cron import Cron, CronSkip

_KEPT = (
    *("name", "action", "schedule", "timezone", "enabled", "misfire", "grace_seconds", "overlap", "parameters"),
    *("capacity_map", "locks", "priority", "retries", "deadline_text", "stop_timeout_text"),
)


def save_cron(spec: CronSpec, *, by: Actor) -> Cron:
    """The cron as it is stored; its id outlives a replacement. Raises InvalidSubmission."""
    checked = check_cron(spec)
    try:
        return _replace(checked, by=by) or _create(checked, by=by)
    except IntegrityError:
        # Another has created it between the two.
        return _replace(checked, by=by) or _create(checked, by=by)


@transaction.atomic
def _create(checked: CheckedCron, *, by: Actor) -> Cron:
    cron = Cron(**checked.columns)
    cron.next_run_at = next_run(checked.schedule, checked.zone) if cron.enabled else None
    cron.save(force_insert=True)
    audit("create", by=by, object_type="cron", object_id=cron.name, after=kept(cron))
    return cron


@transaction.atomic
def _replace(checked: CheckedCron, *, by: Actor) -> Cron | None:
    # A beat that fires it just now is waited for: it takes milliseconds.
    cron = Cron.objects.select_for_update(no_key=True).filter(name=checked.name).first()
    if cron is None:
        return None
    before = kept(cron)
    why = f"changed by {by.user or by.dialect}"
    overdue = skip_overdue(cron, code=CronSkip.Code.EDITED, reason=why, by=by)
    columns = {**checked.columns, "next_run_at": _next_run_of(cron, checked, overdue=overdue)}
    Cron.objects.filter(pk=cron.pk).update(**columns)
    for name, value in columns.items():
        setattr(cron, name, value)
    audit("change", by=by, object_type="cron", object_id=cron.name, before=before, after=kept(cron))
    return cron


def kept(cron: Cron) -> dict[str, Any]:
    """What a person set, for the audit."""
    return {name: getattr(cron, name) for name in _KEPT}


def _next_run_of(cron: Cron, checked: CheckedCron, *, overdue: bool) -> datetime | None:
    """A change of something else leaves the next run where it is: `@every 1h` must not begin anew with each."""
    wanted = checked.columns
    same_times = all(getattr(cron, name) == wanted[name] for name in ("schedule", "timezone", "enabled"))
    if same_times and not overdue:
        return cron.next_run_at
    return next_run(checked.schedule, checked.zone) if wanted["enabled"] else None
