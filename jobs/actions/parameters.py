"""The schema of an action's parameters: a pydantic model, so the texts "4" and "true" read as number and boolean."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


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
        first = error.errors(include_url=False)[0]
        field = ".".join(["parameters", *(str(part) for part in first["loc"])])
        value = "" if first["type"] == "missing" else f" (was {_short(first['input'])})"
        # What our own validators raise is a sentence already; pydantic puts two words before it.
        raise InvalidParameters(field=field, reason=first["msg"].removeprefix("Value error, ") + value) from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
