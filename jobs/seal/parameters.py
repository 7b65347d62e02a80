"""Parameters with their secrets sealed and opened again."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken

from jobs.actions.parameters import InvalidParameters, Parameters
from jobs.seal import keys
from jobs.seal.form import MARK, MASK, is_sealed

Json = dict[str, Any]


class Unreadable(RuntimeError):
    """A value was sealed with a key that this process does not have."""


def has_secrets(schema: type[Parameters], stored: Mapping[str, Any]) -> bool:
    """Whether there is anything to do at all: most jobs have none, and must not pay for those that have."""
    return schema.has_secrets() or any(map(is_sealed, stored.values()))


def seal_parameters(schema: type[Parameters], sent: Json | None) -> Json | None:
    """With every secret encrypted under the first key, also one that is sealed already. Raises InvalidParameters."""
    if not sent or not has_secrets(schema, sent):
        return sent
    return {name: _sealed(name, value) if _is_secret(schema, name, value) else value for name, value in sent.items()}


def open_parameters(stored: Mapping[str, Any]) -> Json:
    """As they were sent. Only for the runner, and to check them. Raises Unreadable."""
    return {name: _open(name, value) if is_sealed(value) else value for name, value in stored.items()}


def unchanged(sent: Json | None, *, before: Mapping[str, Any] | None) -> Json | None:
    """Where a reader sends back the *** that it was shown, the secret that is stored."""
    if not sent or not before:
        return sent
    return {
        name: before[name] if value == MASK and is_sealed(before.get(name)) else value for name, value in sent.items()
    }


def secrets_in(schema: type[Parameters], stored: Mapping[str, Any], opened: Mapping[str, Any]) -> list[Any]:
    """The values that nobody may learn: also of a row from before its action declared them secret."""
    return [value for name, value in opened.items() if _is_secret(schema, name, stored[name])]


def _is_secret(schema: type[Parameters], name: str, value: Any) -> bool:
    return is_sealed(value) or (value is not None and schema.is_secret(name))


def _sealed(name: str, value: Any) -> Json:
    if value == MASK:
        reason = f"is {MASK}, which stands for a secret that is not shown: send the secret itself"
        raise InvalidParameters(field=f"parameters.{name}", reason=reason)
    try:
        plain = _open(name, value) if is_sealed(value) else value
        return {MARK: keys.encrypt(json.dumps(plain).encode())}
    except keys.NoKey as error:
        raise InvalidParameters(field=f"parameters.{name}", reason=f"is a secret, and {error}") from error
    except Unreadable as error:
        raise InvalidParameters(field=f"parameters.{name}", reason=str(error)) from error


def _open(name: str, value: Json) -> Any:
    try:
        return json.loads(keys.decrypt(value[MARK]))
    except (InvalidToken, keys.NoKey) as error:
        raise Unreadable(f"the parameter {name} is sealed with a key that is not in PARAMETERS_KEY") from error
