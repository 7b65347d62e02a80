"""The schema of a command's parameters: what can become `PARAM_<KEY>` in an environment."""

import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, create_model, model_validator

from jobs.actions.commands.declaration import PARAMETER_NAME, CommandParameter
from jobs.actions.parameters import Parameters
from jobs.actions.secret import Secret

_NAME = re.compile(PARAMETER_NAME)
# Linux takes at most 128 KB in one variable.
MAX_VALUE_BYTES = 64 * 1024
MAX_PARAMETERS = 100


class CommandParameters(Parameters):
    """Base of them: names and sizes that an environment can carry."""

    # In capitals: `token` and `TOKEN` are the same variable.
    secret_names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def is_secret(cls, name: str) -> bool:
        return name.upper() in cls.secret_names

    @classmethod
    def has_secrets(cls) -> bool:
        return bool(cls.secret_names)

    @model_validator(mode="before")
    @classmethod
    def _fit_an_environment(cls, sent: Any) -> Any:
        if len(sent) > MAX_PARAMETERS:
            raise ValueError(f"{len(sent)} parameters; a command takes at most {MAX_PARAMETERS}")
        seen: dict[str, str] = {}
        for name, value in sent.items():
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"{name[:80]!r} can not name a variable: use a letter or _, then up to 63 letters, digits or _"
                )
            if other := seen.get(name.upper()):
                raise ValueError(f"{other} and {name} would be the same variable, PARAM_{name.upper()}")
            seen[name.upper()] = name
            if len(as_text(value).encode()) > MAX_VALUE_BYTES:
                raise ValueError(f"{name} is longer than {MAX_VALUE_BYTES} bytes")
        return sent

    def variables(self) -> dict[str, str]:
        """`PARAM_<KEY>` for each parameter; one that is null is left out."""
        values = self.model_dump(mode="json", by_alias=True)
        return {f"PARAM_{name.upper()}": as_text(value) for name, value in values.items() if value is not None}


class AnyCommandParameters(CommandParameters):
    """For a command that declares none."""

    model_config = ConfigDict(extra="allow")


def as_text(value: object) -> str:
    """Text as it is, all else as JSON: true, 4, {"k": "v"}."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def schema_of(
    name: str, declared: list[CommandParameter] | None, secret: Iterable[str] = ()
) -> type[CommandParameters]:
    """The schema that the file's list comes to."""
    base: type[CommandParameters] = AnyCommandParameters if declared is None else CommandParameters
    names = frozenset(each.upper() for each in secret)
    # Aliases, because a parameter may be named like a method of the model.
    fields: dict[str, Any] = {
        f"field_{index}": _field(each, is_secret=each.name.upper() in names)
        for index, each in enumerate(declared or [])
    }
    schema = create_model(f"{name} parameters", __base__=base, **fields)
    schema.secret_names = names
    return schema


def _field(declared: CommandParameter, *, is_secret: bool) -> tuple[Any, Any]:
    field = Field(alias=declared.name, description=declared.description)
    kind: Any = declared.kind if declared.required else declared.kind | None
    marked = Annotated[kind, field, Secret] if is_secret else Annotated[kind, field]
    return marked, ... if declared.required else declared.default
