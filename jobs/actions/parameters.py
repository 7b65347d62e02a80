"""The schema of an action's parameters: a pydantic model, so the texts "4" and "true" read as number and boolean."""

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails

from jobs.actions.secret import plain, secret_fields, secret_names
from jobs.seal.hush import without


class Parameters(BaseModel):
    """Base of all parameter schemas. Unknown keys are refused unless the schema says `extra="ignore"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def is_secret(cls, name: str) -> bool:
        """Whether the parameter of this name, as clients write it, is marked."""
        return name in secret_names(cls)

    @classmethod
    def has_secrets(cls) -> bool:
        """Whether any is marked."""
        return bool(secret_names(cls))

    def secrets(self) -> dict[str, Any]:
        """Those that are marked, as the action sees them, defaults among them."""
        return {key: plain(getattr(self, key)) for key in secret_fields(type(self))}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What clients are told: a secret is only ever written, and its default is nobody's business."""
        described = handler(schema)
        for name, field in handler.resolve_ref_schema(described).get("properties", {}).items():
            if cls.is_secret(name):
                field.pop("default", None)
                field["writeOnly"] = True
        return described


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
        # pydantic's error holds all that was sent.
        cause = None if schema.has_secrets() else error
        raise _of(error.errors(include_url=False)[0], schema, sent or {}) from cause


def _of(detail: ErrorDetails, schema: type[Parameters], sent: dict[str, Any]) -> InvalidParameters:
    field = ".".join(["parameters", *(str(part) for part in detail["loc"])])
    value = f" (was {_short(detail['input'])})" if _may_be_shown(detail, schema) else ""
    # What our own validators raise is a sentence already; pydantic puts two words before it.
    words = _without_secrets(detail["msg"].removeprefix("Value error, "), schema, sent)
    return InvalidParameters(field=field, reason=words + value)


def _may_be_shown(detail: ErrorDetails, schema: type[Parameters]) -> bool:
    """Not of a secret, nor of what may be one: a misspelt name, or all parameters together."""
    if not schema.has_secrets():
        return detail["type"] != "missing"
    return (
        bool(detail["loc"])
        and detail["type"] not in {"missing", "extra_forbidden"}
        and not schema.is_secret(str(detail["loc"][0]))
    )


def _without_secrets(words: str, schema: type[Parameters], sent: dict[str, Any]) -> str:
    """A validator of an action's own may have put the value into them."""
    secret = [value for name, value in sent.items() if schema.is_secret(name)]
    told = without(secret, words) != words or any(str(value) in words for value in secret if value is not None)
    return "is not valid" if told else words


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
