"""What was typed after `manage.py enqueue`, as a Submission. What can not be read is an InvalidSubmission."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from jobs.engine.errors import InvalidSubmission
from jobs.engine.fields import read_whole
from jobs.engine.submission import Submission
from workers import capacity

MODES = ("shared", "exclusive")
# As deep as the API takes it: a hundred levels, of which the body and its parameters are two.
MAX_DEPTH = 98


def read_submission(options: Mapping[str, Any], *, scheduled_by: str) -> Submission:
    """What the options ask for; the engine judges the values."""
    return Submission(
        action=options["action"],
        parameters=read_parameters(options["words"], json_text=options["json"]),
        capacity_map=_capacity(options["capacity"]),
        retries=options["retries"],
        deadline=options["deadline"],
        stop_timeout=options["stop_timeout"],
        scheduled_at=read_time(options["scheduled_at"]),
        priority=options["priority"],
        locks=[read_lock(text) for text in options["lock"]] or None,
        comment=options["comment"],
        ticket_ref=options["ticket"],
        scheduled_by=scheduled_by,
    )


def read_parameters(words: Sequence[str], *, json_text: str | None) -> dict[str, Any] | None:
    """`key=text` and `key:=JSON` words beside a JSON object; None when neither was given."""
    found = {} if json_text is None else _object(json_text)
    for word in words:
        name, separator, text = word.partition("=")
        key = name.removesuffix(":")
        if not separator or not key:
            raise InvalidSubmission(
                field="parameters", reason=f"{word[:60]!r} is neither key=value nor key:=JSON, as in dry_run=true"
            )
        if key in found:
            raise InvalidSubmission(field=f"parameters.{key}", reason="is given twice")
        found[key] = text if key == name else _json(f"parameters.{key}", text)
    return found if words or json_text is not None else None


def read_lock(text: str) -> dict[str, str]:
    """`devices` or `device:eosdist:shared`: a name may hold colons, so only a mode at the end is one."""
    name, separator, mode = text.rpartition(":")
    return {"name": name, "mode": mode} if separator and mode in MODES else {"name": text, "mode": "exclusive"}


def read_time(text: str) -> datetime | None:
    """A moment of RFC 3339 in UTC; None, which is now, for nothing."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    raise InvalidSubmission(
        field="scheduledAt", reason=f"{text[:60]!r} is not a time with its zone, such as 2018-04-21T09:45:00Z"
    )


def _capacity(text: str | None) -> dict[str, int] | None:
    try:
        return None if text is None else capacity.parse(text)
    except capacity.InvalidCapacity as error:
        name = f"capacityMap.{error.type_name}" if error.type_name else "capacityMap"
        raise InvalidSubmission(field=name, reason=str(error)) from error


def _object(text: str) -> dict[str, Any]:
    found = _json("parameters", text)
    if not isinstance(found, dict):
        raise InvalidSubmission(field="parameters", reason='--json is not a JSON object such as {"seconds": 4}')
    return found


def _json(name: str, text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_each_key_once, parse_int=read_whole)
        _check_depth(value, MAX_DEPTH)
    except RecursionError:
        raise InvalidSubmission(field=name, reason=f"is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise InvalidSubmission(field=name, reason=f"{text[:60]!r} can not be read as JSON: {error}") from error
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _check_depth(value: object, left: int) -> None:
    if left < 0:
        raise RecursionError
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, left - 1)
