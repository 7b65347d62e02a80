"""Crons on the wire: the body of POST /crons to a CronSpec, and rows to the dialect's objects."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from jobs.engine.crons.spec import CronSpec, read_times
from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Submission
from jobs.models import Cron
from jobs.schedule import Never
from jobsite.api.v0.errors import InvalidField, WireError
from jobsite.api.v0.schemas.crons import CronBody
from jobsite.api.v0.wire import optional_time, whole_seconds


def read_cron(data: Any) -> CronSpec:
    """What the body asks for. Raises InvalidField for what is not of the right type; the engine judges the values."""
    if not isinstance(data, dict):
        raise WireError(400, "INVALID_JSON", "The body is not a JSON object.")
    body = _typed(data)
    names = ("name", "timezone", "enabled", "misfire", "grace_seconds", "overlap")
    # null, and "" for a text, are the same as not sent.
    own: dict[str, Any] = {name: value for name in names if (value := getattr(body, name)) not in (None, "")}
    return CronSpec(job=_job(body), schedule=body.schedule, **own)


def _typed(data: dict[str, Any]) -> CronBody:
    try:
        return CronBody.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        reason = "is required" if first["type"] == "missing" else first["msg"]
        raise InvalidField(".".join(str(part) for part in first["loc"]), reason) from error


def _job(body: CronBody) -> Submission:
    return Submission(
        action=body.action,
        parameters=body.parameters,
        capacity_map=body.capacity_map,
        retries=body.retries,
        deadline=body.deadline or "",
        stop_timeout=body.stop_timeout or "",
        priority=body.priority or 0,
        locks=None if body.locks is None else [{"name": lock.name, "mode": lock.mode} for lock in body.locks],
    )


def cron_object(cron: Cron, *, now: datetime) -> dict[str, Any]:
    """Cron's 9 keys, and ours behind them."""
    next_run = _next_run(cron, now)
    return {
        "id": str(cron.uuid),
        "action": cron.action,
        "schedule": cron.schedule,
        "retries": cron.retries,
        "capacityMap": cron.capacity_map,
        "parameters": cron.parameters,
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
