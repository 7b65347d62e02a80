"""The small bodies of verbs: a reason, a force, a capacity map."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from jobsite.api.v0.errors import InvalidField, WireError
from jobsite.api.v0.schemas.bulk import BulkBody
from jobsite.api.v0.schemas.common import ReasonBody
from jobsite.api.v0.schemas.jobs import CancelBody
from jobsite.api.v0.schemas.workers import CapacityBody

Body = TypeVar("Body", bound=BaseModel)


def typed(model: type[Body], data: Any) -> Body:
    """The body as that model. Raises WireError for what is no object, InvalidField for its first field at fault."""
    if not isinstance(data, dict):
        raise WireError(400, "INVALID_JSON", "The body is not a JSON object.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        reason = "is required" if first["type"] == "missing" else first["msg"]
        raise InvalidField(".".join(str(part) for part in first["loc"]), reason) from error


def read_reason(data: Any) -> str:
    """Why a person does it, for the audit; "" if they do not say."""
    return _storable(typed(ReasonBody, data).reason)


def read_cancel(data: Any) -> CancelBody:
    body = typed(CancelBody, data)
    return body.model_copy(update={"reason": _storable(body.reason)})


def read_bulk(data: Any) -> BulkBody:
    body = typed(BulkBody, data)
    return body.model_copy(update={"reason": _storable(body.reason)})


def read_capacity(data: Any) -> dict[str, int] | None:
    """Typed units, or null for what the worker was started with; the engine judges the amounts."""
    return typed(CapacityBody, data).capacity_map


def _storable(reason: str | None) -> str:
    text = reason or ""
    if "\x00" in text or len(text) > 255:
        raise InvalidField("reason", "holds a NUL character" if "\x00" in text else "is longer than 255 characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidField("reason", "holds half of a surrogate pair, which is not Unicode text") from None
    return text
