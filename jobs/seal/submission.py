"""Submissions as they are stored, each with what follows it: `{"action", "parameters", "next"}`."""

from collections.abc import Iterator, Mapping
from typing import Any

from jobs.actions.parameters import AnyParameters, Parameters
from jobs.actions.registry import UnknownAction, get_action
from jobs.seal.form import MASK, is_sealed
from jobs.seal.parameters import Json, seal_parameters


def seal_submission(stored: Mapping[str, Any]) -> Json:
    """With the secrets of each encrypted under the first key. Raises InvalidParameters."""
    return _changed(stored, lambda own, schema: seal_parameters(schema, own))


def mask_submission(stored: Mapping[str, Any]) -> Json:
    """With *** for what is declared a secret, and was not when it was stored."""
    return _changed(stored, lambda own, schema: {**own, **dict.fromkeys(_bare(own, schema), MASK)})


def is_bare(stored: Mapping[str, Any]) -> bool:
    """Whether a secret lies open in it: stored before its action declared it one."""
    return any(any(_bare(own, schema)) for own, schema in _links(stored))


def _changed(stored: Mapping[str, Any], change: Any) -> Json:
    new = dict(stored)
    if isinstance(own := new.get("parameters"), dict):
        new["parameters"] = change(own, _schema(new.get("action")))
    if isinstance(following := new.get("next"), dict):
        new["next"] = _changed(following, change)
    return new


def _links(stored: Mapping[str, Any]) -> Iterator[tuple[Json, type[Parameters]]]:
    link: Any = stored
    while isinstance(link, Mapping):
        if isinstance(own := link.get("parameters"), dict):
            yield own, _schema(link.get("action"))
        link = link.get("next")


def _bare(own: Json, schema: type[Parameters]) -> list[str]:
    return [
        name
        for name, value in own.items()
        if value is not None and value != MASK and not is_sealed(value) and schema.is_secret(name)
    ]


def _schema(action: object) -> type[Parameters]:
    """Of an action that this process does not know, what is sealed stays a secret."""
    try:
        return get_action(str(action)).parameters
    except UnknownAction:
        return AnyParameters
