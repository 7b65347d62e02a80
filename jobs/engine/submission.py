"""What a client asks for, checked and completed from the action's defaults before anything is stored."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from jobs import durations
from jobs.actions.parameters import InvalidParameters, Parameters, validate
from jobs.actions.registry import Action, UnknownAction, get_action
from jobs.engine.errors import InvalidSubmission
from jobs.models import ActionConfig
from jobs.seal.hush import Unspoken, unspoken, without
from jobs.seal.parameters import Unreadable, open_parameters, seal_parameters
from workers import capacity

LOCK_NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,128}")
ACTION_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
MAX_FOLLOWERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Fields in Python's types, as a dialect read them. None means "not sent": the action's default applies."""

    action: str
    parameters: dict[str, Any] | None = None
    capacity_map: dict[str, int] | None = None
    retries: int | None = None
    # Go durations as sent.
    deadline: str = ""
    stop_timeout: str = ""
    # None is now.
    scheduled_at: datetime | None = None
    priority: int = 0
    locks: list[dict[str, str]] | None = None
    # What follows on success.
    next: "Submission | None" = None
    comment: str | None = None
    ticket_ref: str | None = None
    scheduled_by: str | None = None
    # The cron that asks, and the due second that it asks for; no second when a person had it run.
    cron_id: int | None = None
    cron_due_at: datetime | None = None

    def chain(self) -> "Iterator[Submission]":
        """It, and all that follow it in turn."""
        link: Submission | None = self
        while link is not None:
            yield link
            link = link.next


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A submission that will run: spans read, locks computed, needs known, secrets encrypted."""

    submission: Submission
    action: Action
    needs: dict[str, int]
    capacity_map: dict[str, int] | None
    retries: int
    deadline_text: str
    deadline: timedelta | None
    stop_timeout_text: str
    stop_timeout: timedelta | None
    locks: list[dict[str, str]] | None = field(default=None)
    unique_key: str | None = None


def check(submission: Submission, *, configured: Mapping[str, dict[str, Any]]) -> Checked:
    """Raise InvalidSubmission for the first field at fault, else the submission with every default filled in.

    `configured` holds the operator's default parameters by action, see `configured_parameters`.
    """
    action = _action(submission.action)
    sealed = _sealed(action, submission.parameters)
    parsed = read_parameters(action, sealed, configured.get(action.name, {}))
    capacity_map = submission.capacity_map
    if capacity_map is None and action.capacity is not None:
        capacity_map = dict(action.capacity)
    deadline_text = submission.deadline or durations.format_span(action.deadline)
    stop_timeout_text = submission.stop_timeout or durations.format_span(action.stop_timeout)
    retries = action.retries if submission.retries is None else submission.retries
    _whole_number("retries", retries, 0, 100)
    _whole_number("priority", submission.priority, -100, 100)
    _text("comment", submission.comment, 255)
    _text("ticketRef", submission.ticket_ref, 32)
    following = _checked_next(submission, configured)
    locks, unique_key = _computed(action, parsed, submission.locks)
    return Checked(
        submission=_with(submission, parameters=sealed, following=following),
        action=action,
        needs=capacity.needs(_capacity(capacity_map)),
        capacity_map=capacity_map,
        retries=retries,
        deadline_text=deadline_text,
        deadline=_span("deadline", deadline_text),
        stop_timeout_text=stop_timeout_text,
        stop_timeout=_span("stopTimeout", stop_timeout_text),
        locks=locks,
        unique_key=unique_key,
    )


def stop_timeout_of(span: timedelta | None) -> timedelta:
    """How long after SIGTERM a job is killed: its own span, else the setting's."""
    return settings.STOP_TIMEOUT if span is None else span


def configured_parameters(submissions: Iterable[Submission]) -> dict[str, dict[str, Any]]:
    """The operator's default parameters of their actions, and of those that follow, in one query."""
    actions = {link.action for submission in submissions for link in submission.chain()}
    return dict(
        ActionConfig.objects.filter(action__in={name for name in actions if ACTION_NAME.fullmatch(name)}).values_list(
            "action", "parameters"
        )
    )


def _checked_next(submission: Submission, configured: Mapping[str, dict[str, Any]]) -> Submission | None:
    """Now, while someone reads the answer: at the end of the first job there is no one left to tell."""
    if submission.next is None:
        return None
    followers = sum(1 for _ in submission.next.chain())
    if followers > MAX_FOLLOWERS:
        raise InvalidSubmission(
            field="next", reason=f"is a chain of {followers} jobs; at most {MAX_FOLLOWERS} can follow"
        )
    try:
        return check(submission.next, configured=configured).submission
    except InvalidSubmission as error:
        raise error.below("next") from error


def _action(name: str) -> Action:
    if not ACTION_NAME.fullmatch(name):
        raise InvalidSubmission(
            field="action", reason=f"{name[:100]!r} is not an action's name: 1 to 100 of A-Z a-z 0-9 _ . -"
        )
    try:
        return get_action(name)
    except UnknownAction as error:
        raise InvalidSubmission(field="action", reason=str(error)) from error


def read_parameters(action: Action, sent: dict[str, Any] | None, configured: dict[str, Any]) -> Parameters:
    """As the action is to see them, secrets opened. Raises InvalidSubmission."""
    try:
        return validate(action.parameters, open_parameters({**configured, **(sent or {})}))
    except InvalidParameters as error:
        raise InvalidSubmission(field=error.field, reason=error.reason) from error
    except Unreadable as error:
        raise InvalidSubmission(field="parameters", reason=str(error)) from error


def _sealed(action: Action, sent: dict[str, Any] | None) -> dict[str, Any] | None:
    _storable("parameters", sent)
    try:
        return seal_parameters(action.parameters, sent)
    except InvalidParameters as error:
        raise InvalidSubmission(field=error.field, reason=error.reason) from error


def _with(submission: Submission, *, parameters: dict[str, Any] | None, following: Submission | None) -> Submission:
    """The same where nothing is secret: this is on the way of every job."""
    if parameters is submission.parameters and following is submission.next:
        return submission
    return replace(submission, parameters=parameters, next=following)


def _computed(
    action: Action, parsed: Parameters, asked: list[dict[str, str]] | None
) -> tuple[list[dict[str, str]] | None, str | None]:
    """Locks and unique key, by code of the action's own: what it raises, or calls a lock, must not tell a secret."""
    secrets = list(parsed.secrets().values())
    try:
        with unspoken(secrets):
            locks = _locks(asked, [{"name": need.name, "mode": need.mode} for need in action.locks_for(parsed)])
            unique_key = action.unique_key_for(parsed)
    except Unspoken as error:
        raise InvalidSubmission(field="parameters", reason=str(error)) from error
    if secrets and any(without(secrets, lock["name"]) != lock["name"] for lock in locks or []):
        raise InvalidSubmission(field="locks", reason=f"a lock of {action.name} is named after a secret parameter")
    return locks, unique_key


def _storable(name: str, value: object) -> None:
    """Refuse what JSON in PostgreSQL can not hold, naming the key at fault."""
    if isinstance(value, str):
        if "\x00" in value:
            raise InvalidSubmission(field=name, reason="holds a NUL character (\\u0000), which can not be stored")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidSubmission(
                field=name, reason="holds half of a surrogate pair, which is not Unicode text"
            ) from None
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidSubmission(field=name, reason=f"{value} is not a number that JSON knows")
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**300:
        raise InvalidSubmission(field=name, reason="is a number of more than 300 digits")
    elif isinstance(value, dict):
        for key, item in value.items():
            _storable(name, key)
            _storable(f"{name}.{key[:60]}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _storable(f"{name}.{index}", item)


def _capacity(units: dict[str, int] | None) -> dict[str, int] | None:
    try:
        return None if units is None else capacity.check(dict(units))
    except capacity.InvalidCapacity as error:
        name = f"capacityMap.{error.type_name}" if error.type_name else "capacityMap"
        raise InvalidSubmission(field=name, reason=str(error)) from error


def _span(name: str, text: str) -> timedelta | None:
    try:
        return durations.parse(text)
    except durations.InvalidDuration as error:
        raise InvalidSubmission(field=name, reason=str(error)) from error


def _whole_number(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidSubmission(field=name, reason=f"{value!r} is not a whole number from {low} to {high}")


def _text(name: str, value: str | None, longest: int) -> None:
    _storable(name, value)
    if value is not None and len(value) > longest:
        raise InvalidSubmission(field=name, reason=f"is {len(value)} characters long; at most {longest} are kept")


def _locks(sent: list[dict[str, str]] | None, declared: list[dict[str, str]]) -> list[dict[str, str]] | None:
    """The action's locks and those of the submission, by name; exclusive wins over shared."""
    modes: dict[str, str] = {}
    for lock in [*declared, *(sent or [])]:
        name, mode = lock.get("name", ""), lock.get("mode", "exclusive")
        if not isinstance(name, str) or not LOCK_NAME.fullmatch(name):
            raise InvalidSubmission(
                field="locks", reason=f"{name!r} is not a lock's name: 1 to 128 of A-Z a-z 0-9 _ . : @ -"
            )
        if mode not in {"exclusive", "shared"}:
            raise InvalidSubmission(field=f"locks.{name}.mode", reason=f"{mode!r} is neither exclusive nor shared")
        modes[name] = "exclusive" if "exclusive" in {mode, modes.get(name)} else "shared"
    return [{"name": name, "mode": modes[name]} for name in sorted(modes)] or None


def canonical_json(value: object) -> str:
    """JSON text that PostgreSQL stores; ValueError for what JSON has no word for."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False)
