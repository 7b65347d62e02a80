"""The schema of an action's parameters: a pydantic model, so the texts "4" and "true" read as number and boolean."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class Parameters(BaseModel):
    """Base of all parameter schemas. Unknown keys are refused unless the schema says `extra="ignore"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnyParameters(Parameters):
    """For actions without a schema: every key is accepted, and found in `context.sent`."""

    model_config = ConfigDict(extra="allow")


class InvalidParameters(ValueError):
    """Parameters that the action's schema refuses; `field` is dotted, as `parameters.devices.0`."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def validate(schema: type[Parameters], sent: dict[str, Any] | None) -> Parameters:
    """Read `sent` by the schema; raises InvalidParameters that names the first field at fault and its value."""
    try:
        return schema.model_validate(sent or {})
    except ValidationError as error:
        raise _of(error.errors(include_url=False)[0]) from error


def validate_some(schema: type[Parameters], given: dict[str, Any]) -> None:
    """Judge only what is given; raises InvalidParameters. What it means together with the rest is not known yet."""
    try:
        schema.model_validate(given)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["loc"] and detail["loc"][0] in given:
                raise _of(detail) from error


def _of(detail: ErrorDetails) -> InvalidParameters:
    field = ".".join(["parameters", *(str(part) for part in detail["loc"])])
    value = "" if detail["type"] == "missing" else f" (was {_short(detail['input'])})"
    # What our own validators raise is a sentence already; pydantic puts two words before it.
    return InvalidParameters(field=field, reason=detail["msg"].removeprefix("Value error, ") + value)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
