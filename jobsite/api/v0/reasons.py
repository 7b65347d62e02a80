"""The optional body `{"reason": "..."}` of a verb that says why."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rest_framework.request import Request

from jobsite.api.v0.errors import InvalidField, WireError


class ReasonBody(BaseModel):
    """Why; it is kept in the audit."""

    model_config = ConfigDict(strict=True, extra="ignore")

    reason: Annotated[str, Field(max_length=1000)] = ""


def read_reason(request: Request) -> str:
    """Empty without a body."""
    data = request.data if request.stream is not None else {}
    if not isinstance(data, dict):
        raise WireError(400, "INVALID_JSON", "The body is not a JSON object.")
    try:
        reason = ReasonBody.model_validate({key: value for key, value in data.items() if value is not None}).reason
    except ValidationError as error:
        raise InvalidField("reason", error.errors(include_url=False)[0]["msg"]) from error
    if not reason.isprintable():
        raise InvalidField("reason", "holds a character that can not be printed; one line of text is expected")
    return reason
