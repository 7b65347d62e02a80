"""What the objects of several resources are made of, and what errors look like."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from jobs.criteria import RESURRECTED
from jobs.states import Status

StatusWord = Annotated[str, Field(json_schema_extra={"enum": [*Status.values, RESURRECTED]})]
Time = Annotated[str, Field(description="RFC 3339, UTC, milliseconds at most.", examples=["2018-04-21T09:45:02.709Z"])]


class Wire(BaseModel):
    """An object that we answer."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", populate_by_name=True)


class LockNeed(BaseModel):
    """A lock that a job takes when it starts."""

    model_config = ConfigDict(strict=True, extra="ignore")

    name: str
    mode: Literal["exclusive", "shared"] = "exclusive"


class ReasonBody(BaseModel):
    """Why, for the audit."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")

    reason: Annotated[str | None, Field(description="For the audit; at most 255 characters.")] = None


class Error(BaseModel):
    code: str
    message: str
    detail: dict[str, Any] | None = None


class Errors(BaseModel):
    """The body of every 4xx and 5xx."""

    errors: list[Error]
