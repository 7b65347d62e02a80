"""The TOML file of command actions, read into checked declarations; examples/commands.toml shows every field."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from django.core.exceptions import ImproperlyConfigured
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from jobs import durations
from jobs.actions.commands.trust import Untrusted, read_trusted
from jobs.actions.registry import LockNeed
from jobs.engine.submission import ACTION_NAME, LOCK_NAME
from workers import capacity as units

PARAMETER_NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"
KINDS: dict[str, Any] = {"text": str, "integer": int, "number": float, "boolean": bool, "json": JsonValue}
# Set by us, or secrets of jobsite that no command gets.
RESERVED = {"JOB_ID", "FENCE", "DATABASE_URL", "BROKER_URL", "SECRET_KEY", "PARAMETERS_KEY", "WEBHOOK_SECRET"}


class InvalidCommands(ImproperlyConfigured):
    """The commands file is broken, or not to be trusted; the message names the entry and the field."""


def _span(value: object) -> timedelta | None:
    if not isinstance(value, str):
        raise ValueError('must be a duration in quotes, as in "15m" or "90s"')
    return durations.parse(value)


def _lock(value: object) -> object:
    lock = {"name": value} if isinstance(value, str) else value
    if isinstance(lock, dict) and not LOCK_NAME.fullmatch(str(lock.get("name", ""))):
        raise ValueError('is not a lock: a name of 1 to 128 of A-Z a-z 0-9 _ . : @ -, or {name = ..., mode = "shared"}')
    return lock


def _variable(name: str) -> str:
    if name in RESERVED or name.startswith("PARAM_"):
        raise ValueError(f"{name} is reserved: jobsite sets it, or it is a secret that no command gets")
    return name


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a NUL character, which no program can be given")
    return text


Text = Annotated[StrictStr, AfterValidator(_no_nul)]
Span = Annotated[timedelta | None, BeforeValidator(_span)]
Lock = Annotated[LockNeed, BeforeValidator(_lock)]
Variable = Annotated[StrictStr, Field(pattern=PARAMETER_NAME), AfterValidator(_variable)]
Capacity = Annotated[dict[Any, Any], AfterValidator(units.check)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CommandParameter(_Table):
    """One entry of a command's `parameters`."""

    name: Annotated[StrictStr, Field(pattern=PARAMETER_NAME)]
    type: Literal["text", "integer", "number", "boolean", "json"] = "text"
    description: StrictStr = ""
    required: StrictBool = False
    default: Any = None
    choices: list[StrictStr] | None = None

    @property
    def kind(self) -> Any:
        """The Python type that pydantic reads it by."""
        return KINDS[self.type] if self.choices is None else Literal[tuple(self.choices)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.choices is not None and (self.type != "text" or not self.choices):
            raise ValueError("choices are one or more texts, for a parameter of type text")
        if self.default is None:
            return self
        if self.required:
            raise ValueError(f"{self.name} is required and has a default: keep one of them")
        try:
            TypeAdapter(self.kind).validate_python(self.default)
        except ValidationError:
            raise ValueError(f"default {self.default!r} is not what {self.name} may be") from None
        return self


def _distinct(declared: list[CommandParameter] | None) -> list[CommandParameter] | None:
    names = [each.name.upper() for each in declared or []]
    if len(set(names)) < len(names):
        raise ValueError("two of them would be the same variable: names must differ in more than case")
    return declared


class Command(_Table):
    """One `[commands.NAME]` table."""

    argv: Annotated[list[Text], Field(min_length=1)]
    description: StrictStr = ""
    # Where the program starts.
    directory: Annotated[Text, Field(pattern="^/")] = "/"
    capacity: Capacity | None = None
    locks: list[Lock] = []
    retries: Annotated[StrictInt, Field(ge=0, le=100)] = 0
    deadline: Span = None
    stop_timeout: Span = None
    # Variables with their values, and names of variables of the worker that are passed on.
    env: dict[Variable, Text] = {}
    env_from_worker: list[Variable] = []
    # None: any parameters are accepted.
    parameters: Annotated[list[CommandParameter] | None, AfterValidator(_distinct)] = None
    # Names of parameters that only the program may read: stored encrypted, shown as ***.
    secret: list[Annotated[StrictStr, Field(pattern=PARAMETER_NAME)]] = []

    @model_validator(mode="after")
    def _declares_its_secrets(self) -> Self:
        names = {each.name.upper() for each in self.parameters or []}
        unknown = [name for name in self.secret if self.parameters is not None and name.upper() not in names]
        if unknown:
            raise ValueError(f"secret names {unknown[0]}, which is not among the parameters")
        return self


class _File(_Table):
    commands: dict[Annotated[str, Field(pattern=f"^{ACTION_NAME.pattern}$")], Command]


def read_commands(path: Path) -> dict[str, Command]:
    """The declared commands by name, or InvalidCommands."""
    try:
        return _File.model_validate(tomllib.loads(read_trusted(path).decode())).commands
    except (Untrusted, OSError) as error:
        raise InvalidCommands(f"the commands file is refused: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidCommands(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise InvalidCommands(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from error
