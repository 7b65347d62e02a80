"""The bodies of what starts jobs, to a Submission."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from jobs.actions.registry import UnknownAction, get_action
from jobs.engine.errors import InvalidSubmission
from jobs.engine.fields import unsealed
from jobs.engine.submission import Submission, configured_parameters, read_parameters
from jobs.seal.hush import unspoken
from jobsite.api.v1.errors import WireError

# Of the job, not of its action.
_OWN = frozenset({"comment", "ticket_ref"})


def read_sync(body: dict[str, Any], *, scheduled_by: str) -> Submission:
    """Of POST /device_syncto. Without a `dry_run` of JSON's `false` nothing is written."""
    _check_selected(body, ("hostname", "group", "all"))
    parameters = {**_parameters(body), "dry_run": body.get("dry_run") is not False}
    return _submission("sync_devices", parameters, body, scheduled_by=scheduled_by)


def read_upgrade(body: dict[str, Any], *, scheduled_by: str) -> Submission:
    """Of POST /firmware/upgrade."""
    _check_selected(body, ("hostname", "group"))
    parameters = {key: value for key, value in _parameters(body).items() if key != "start_at"}
    return _submission("device_upgrade", parameters, body, scheduled_by=scheduled_by, scheduled_at=_start(body))


def devices_of(submission: Submission) -> list[str]:
    """The devices that the job will take, as its action names them. Raises InvalidSubmission."""
    try:
        action = get_action(submission.action)
        configured = configured_parameters([submission]).get(action.name, {})
        parsed = read_parameters(action, submission.parameters, configured)
        with unspoken(list(parsed.secrets().values())):
            return action.devices(parsed) if action.devices else []
    except UnknownAction as error:
        raise InvalidSubmission(field="action", reason=str(error)) from error
    except InvalidSubmission:
        raise
    except ValueError as error:
        # What the action reads its devices from is at fault.
        raise InvalidSubmission(field="parameters", reason=str(error)) from error


def selection(submission: Submission) -> str:
    """Which devices, in words."""
    parameters = submission.parameters or {}
    if parameters.get("hostname") is not None:
        return str(parameters["hostname"])
    return f"group {parameters['group']}" if parameters.get("group") is not None else "all devices"


def storable(name: str, text: str) -> str:
    """The text, unless PostgreSQL can not hold it."""
    if "\x00" in text:
        raise WireError(400, f"{name}: holds a NUL character (\\u0000), which can not be stored")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WireError(400, f"{name}: holds half of a surrogate pair, which is not Unicode text") from None
    return text


def _submission(
    action: str,
    parameters: dict[str, Any],
    body: dict[str, Any],
    *,
    scheduled_by: str,
    scheduled_at: datetime | None = None,
) -> Submission:
    # Before its devices are read, for which secrets are opened.
    unsealed("parameters", parameters)
    return Submission(
        action=action,
        parameters=parameters,
        scheduled_at=scheduled_at,
        comment=_text(body, "comment"),
        ticket_ref=_text(body, "ticket_ref"),
        scheduled_by=scheduled_by,
    )


def _check_selected(body: dict[str, Any], names: Collection[str]) -> None:
    # `"all": false` selects nothing, and neither does an empty name.
    if not any(body.get(name) for name in names):
        raise WireError(400, f"No devices are selected: send {' or '.join(names)}")


def _parameters(body: dict[str, Any]) -> dict[str, Any]:
    """All else: what the action does not know, it ignores and names in the job's log."""
    return {key: value for key, value in body.items() if key not in _OWN}


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise WireError(400, f"{name}: is not text")
    return value


def _start(body: dict[str, Any]) -> datetime | None:
    text = body.get("start_at")
    if text is None or text == "":
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise WireError(400, f"start_at: {str(text)[:60]!r} is not a time as YYYY-MM-DD HH:MM:SS, in UTC") from error
