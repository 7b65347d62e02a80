"""The optional body `{"reason": "..."}` of a verb that says why."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from rest_framework.request import Request

from jobsite.api.v0.bodies import typed
from jobsite.api.v0.errors import InvalidField


class ReasonBody(BaseModel):
    """Why; it is kept in the audit."""

    model_config = ConfigDict(strict=True, extra="ignore")

    reason: Annotated[str, Field(max_length=1000)] = ""


def read_reason(request: Request) -> str:
    """Empty without a body."""
    data = request.data if request.stream is not None else {}
    # null is the same as not sent.
    sent = {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data
    reason = typed(ReasonBody, sent).reason
    if not reason.isprintable():
        raise InvalidField("reason", "holds a character that can not be printed; one line of text is expected")
    return reason
