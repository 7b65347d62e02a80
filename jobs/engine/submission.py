"""What a client asks for, checked and completed from the action's defaults before anything is stored."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from jobs import durations
from jobs.actions.dry_run import dry_run_of
from jobs.actions.parameters import InvalidParameters, Parameters, validate, validate_some
from jobs.actions.registry import Action, UnknownAction, get_action
from jobs.engine import fields
from jobs.engine.errors import InvalidSubmission
from jobs.models import ActionConfig
from jobs.seal.hush import Unspoken, unspoken, without
from jobs.seal.parameters import Unreadable, open_parameters, seal_parameters, unchanged
from workers import capacity

LOCK_NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,128}")
ACTION_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
MAX_FOLLOWERS = 10
# Of one job. Their names stay for ever, and it holds the rows of all of them at once.
MAX_LOCKS = 64


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
    # It was read from a row of ours: in what anybody else sends, nothing may look like a secret that is sealed.
    stored: bool = False
    # A verb of the engine asks, which may name an action that is reserved for it.
    by_engine: bool = False

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
    dry_run: bool | None = None


def check(submission: Submission, *, configured: Mapping[str, dict[str, Any]]) -> Checked:
    """Raise InvalidSubmission for the first field at fault, else the submission with every default filled in.

    `configured` holds the operator's default parameters by action, see `configured_parameters`.
    """
    action = _action(submission.action, reserved=submission.by_engine)
    if not submission.stored:
        fields.unsealed("parameters", submission.parameters)
    sealed = _sealed(action, submission.parameters)
    parsed = read_parameters(action, sealed, configured.get(action.name, {}))
    capacity_map = submission.capacity_map
    if capacity_map is None and action.capacity is not None:
        capacity_map = dict(action.capacity)
    deadline_text = submission.deadline or durations.format_span(action.deadline)
    stop_timeout_text = submission.stop_timeout or durations.format_span(action.stop_timeout)
    retries = action.retries if submission.retries is None else submission.retries
    fields.whole_number("retries", retries, 0, 100)
    fields.whole_number("priority", submission.priority, -100, 100)
    fields.text("comment", submission.comment, 255)
    fields.text("ticketRef", submission.ticket_ref, 32)
    following = _checked_next(submission, configured)
    locks, unique_key = _computed(action, parsed, submission.locks)
    return Checked(
        submission=_with(submission, parameters=sealed, following=following),
        action=action,
        needs=capacity.needs(fields.typed_units(capacity_map)),
        capacity_map=capacity_map,
        retries=retries,
        deadline_text=deadline_text,
        deadline=fields.span("deadline", deadline_text),
        stop_timeout_text=stop_timeout_text,
        stop_timeout=fields.span("stopTimeout", stop_timeout_text),
        locks=locks,
        unique_key=unique_key,
        dry_run=dry_run_of(parsed),
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


def checked_defaults(name: str, parameters: dict[str, Any], *, before: dict[str, Any] | None) -> dict[str, Any]:
    """An operator's default parameters of an action as they are stored. Raises InvalidSubmission.

    What the action needs besides is for each submission to bring. *** leaves the secret of `before` as it is.
    """
    action = _action(name)
    fields.unsealed("parameters", parameters)
    sealed = _sealed(action, unchanged(parameters, before=before)) or {}
    try:
        validate_some(action.parameters, open_parameters(sealed))
    except InvalidParameters as error:
        raise InvalidSubmission(field=error.field, reason=error.reason) from error
    return sealed


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


def _action(name: str, *, reserved: bool = False) -> Action:
    if not ACTION_NAME.fullmatch(name):
        raise InvalidSubmission(
            field="action", reason=f"{name[:100]!r} is not an action's name: 1 to 100 of A-Z a-z 0-9 _ . -"
        )
    try:
        action = get_action(name)
    except UnknownAction as error:
        raise InvalidSubmission(field="action", reason=str(error)) from error
    if action.reserved and not reserved:
        raise InvalidSubmission(field="action", reason=f"{name} can not be named here: {action.reserved}")
    return action


def read_parameters(action: Action, sent: dict[str, Any] | None, configured: dict[str, Any]) -> Parameters:
    """As the action is to see them, secrets opened. Raises InvalidSubmission."""
    try:
        return validate(action.parameters, open_parameters({**configured, **(sent or {})}))
    except InvalidParameters as error:
        raise InvalidSubmission(field=error.field, reason=error.reason) from error
    except Unreadable as error:
        raise InvalidSubmission(field="parameters", reason=str(error)) from error


def _sealed(action: Action, sent: dict[str, Any] | None) -> dict[str, Any] | None:
    fields.storable("parameters", sent)
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
    if len(modes) > MAX_LOCKS:
        raise InvalidSubmission(field="locks", reason=f"are {len(modes)} names; at most {MAX_LOCKS} are allowed")
    return [{"name": name, "mode": modes[name]} for name in sorted(modes)] or None


def canonical_json(value: object) -> str:
    """JSON text that PostgreSQL stores; ValueError for what JSON has no word for."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False)
