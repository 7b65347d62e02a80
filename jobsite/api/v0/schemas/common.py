"""What the objects of several resources are made of, and what errors look like."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from jobs.criteria import RESURRECTED
from jobs.engine.submission import ACTION_NAME, LOCK_NAME, MAX_LOCKS
from jobs.states import Status
from workers.capacity import MAX_TYPES, MAX_UNITS, TYPE_NAME

StatusWord = Annotated[str, Field(json_schema_extra={"enum": [*Status.values, RESURRECTED]})]
Time = Annotated[str, Field(description="RFC 3339, UTC, milliseconds at most.", examples=["2018-04-21T09:45:02.709Z"])]

ActionName = Annotated[str, Field(pattern=rf"^{ACTION_NAME.pattern}$")]
# Said, not checked here: the engine judges values, and names the field at fault.
CapacityMap = Annotated[
    dict[str, int],
    Field(
        json_schema_extra={
            "maxProperties": MAX_TYPES,
            "propertyNames": {"pattern": f"^{TYPE_NAME.pattern}$"},
            "additionalProperties": {"type": "integer", "minimum": 1, "maximum": MAX_UNITS},
        }
    ),
]
Retries = Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": 100})]
Priority = Annotated[int, Field(json_schema_extra={"minimum": -100, "maximum": 100}, description="Higher first.")]


class Wire(BaseModel):
    """An object that we answer."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", populate_by_name=True)


class Sent(BaseModel):
    """An object that we read: each value of its type, keys that we do not know ignored."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")


class LockNeed(Sent):
    """A lock that a job takes when it starts."""

    name: Annotated[str, Field(json_schema_extra={"pattern": f"^{LOCK_NAME.pattern}$"})]
    mode: Literal["exclusive", "shared"] = "exclusive"


# Of the submission and of its action together.
LockNeeds = Annotated[
    list[LockNeed],
    Field(json_schema_extra={"maxItems": MAX_LOCKS}, description=f"At most {MAX_LOCKS}, those of the action included."),
]


class ReasonBody(Sent):
    """Why, for the audit."""

    reason: Annotated[str | None, Field(description="For the audit; at most 255 characters.")] = None


class Error(BaseModel):
    code: str
    message: str
    detail: dict[str, Any] | None = None


class Errors(BaseModel):
    """The body of every 4xx and 5xx."""

    errors: list[Error]
