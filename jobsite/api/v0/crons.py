"""Crons on the wire: the body of POST /crons to a CronSpec, and rows to the dialect's objects."""

from datetime import datetime
from typing import Any

from jobs.engine.crons.spec import CronSpec, read_times
from jobs.engine.errors import InvalidSubmission
from jobs.models import Cron
from jobs.schedule import Never
from jobs.seal.form import masked
from jobsite.api.v0.bodies import typed
from jobsite.api.v0.schemas.crons import CronBody
from jobsite.api.v0.serializers import what_runs
from jobsite.api.v0.wire import optional_time, whole_seconds


def read_cron(data: Any) -> CronSpec:
    """What the body asks for. Raises InvalidField for what is not of the right type; the engine judges the values."""
    body = typed(CronBody, data)
    names = ("name", "timezone", "enabled", "misfire", "grace_seconds", "overlap")
    # null, and "" for a text, are the same as not sent.
    own: dict[str, Any] = {name: value for name in names if (value := getattr(body, name)) not in (None, "")}
    return CronSpec(job=what_runs(body), schedule=body.schedule, **own)


def cron_object(cron: Cron, *, now: datetime) -> dict[str, Any]:
    """Cron's 9 keys, and ours behind them."""
    next_run = _next_run(cron, now)
    return {
        "id": str(cron.uuid),
        "action": cron.action,
        "schedule": cron.schedule,
        "retries": cron.retries,
        "capacityMap": cron.capacity_map,
        "parameters": masked(cron.parameters),
        "deadline": cron.deadline_text,
        "stopTimeout": cron.stop_timeout_text,
        "nextRun": None if next_run is None else whole_seconds(next_run),
        "name": cron.name,
        "timezone": cron.timezone,
        "misfire": cron.misfire,
        "graceSeconds": cron.grace_seconds,
        "overlap": cron.overlap,
        "enabled": cron.enabled,
        "priority": cron.priority,
        "locks": cron.locks,
        "lastRun": optional_time(cron.last_run_at),
    }


def _next_run(cron: Cron, now: datetime) -> datetime | None:
    """In the future, also while a second that was due waits for a beat."""
    if cron.next_run_at is None or cron.next_run_at > now:
        return cron.next_run_at
    try:
        schedule, zone = read_times(cron.schedule, cron.timezone)
        if schedule.every:
            return cron.next_run_at + schedule.every * ((now - cron.next_run_at) // schedule.every + 1)
        return schedule.next_after(now, zone)
    except (InvalidSubmission, Never):
        return cron.next_run_at
