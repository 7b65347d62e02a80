"""A submission as `Job.next` keeps it, and as an action writes it: JSON with the keys of POST /api/v0/jobs."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Submission

_FIELDS = {
    "action": "action",
    "parameters": "parameters",
    "retries": "retries",
    "capacityMap": "capacity_map",
    "deadline": "deadline",
    "stopTimeout": "stop_timeout",
    "scheduledAt": "scheduled_at",
    "priority": "priority",
    "locks": "locks",
    "next": "next",
    "comment": "comment",
    "ticketRef": "ticket_ref",
}
_DEFAULTS = {field.name: field.default for field in fields(Submission)}


def dump(submission: Submission | None) -> dict[str, Any] | None:
    """What was asked for, without what was left to its default."""
    if submission is None:
        return None
    found = {key: getattr(submission, name) for key, name in _FIELDS.items()}
    found = {key: value for key, value in found.items() if value != _DEFAULTS[_FIELDS[key]]}
    if submission.scheduled_at is not None:
        found["scheduledAt"] = submission.scheduled_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if submission.next is not None:
        found["next"] = dump(submission.next)
    return found


def load(stored: Mapping[str, Any], *, scheduled_by: str | None) -> Submission:
    """The submission again; `check` judges its values. Raises InvalidSubmission for a key that there is not."""
    for key in stored:
        if key not in _FIELDS:
            raise InvalidSubmission(field=str(key)[:60], reason=f"is no such key; those are {', '.join(_FIELDS)}")
    if "action" not in stored:
        raise InvalidSubmission(field="action", reason="is required")
    values = {_FIELDS[key]: value for key, value in stored.items() if value is not None}
    if "scheduled_at" in values:
        values["scheduled_at"] = _time(values["scheduled_at"])
    if "next" in values:
        values["next"] = _next(values["next"], scheduled_by=scheduled_by)
    return Submission(**values, scheduled_by=scheduled_by, stored=True)


def actions_in(stored: Mapping[str, Any] | None) -> Iterator[str]:
    """Of a submission as it is stored, and of all that follow it in turn."""
    while stored is not None:
        yield stored["action"]
        stored = stored.get("next")


def append(first: Mapping[str, Any], last: Mapping[str, Any] | None) -> dict[str, Any]:
    """`first`, and `last` after the end of its own chain."""
    following = first.get("next")
    if last is None:
        return dict(first)
    return {**first, "next": dict(last) if following is None else append(following, last)}


def _next(stored: Mapping[str, Any], *, scheduled_by: str | None) -> Submission:
    try:
        return load(stored, scheduled_by=scheduled_by)
    except InvalidSubmission as error:
        raise error.below("next") from error


def _time(text: str) -> datetime | None:
    """None, which is now, for an empty text."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidSubmission(field="scheduledAt", reason=str(error)) from error
    if moment is not None and moment.tzinfo is None:
        raise InvalidSubmission(field="scheduledAt", reason=f"{text} names no zone, as 2018-04-21T09:45:00Z does")
    return moment
