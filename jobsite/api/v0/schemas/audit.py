"""Rows of the audit."""

from typing import Annotated

from pydantic import Field, JsonValue

from jobsite.api.v0.schemas.common import Time, Wire


class AuditEvent(Wire):
    """One change. All keys are always present, in this order; a text is empty where there is nothing to say."""

    id: Annotated[int, Field(description="Rising with each row.")]
    at: Time
    verb: Annotated[str, Field(description="What was done: `cancel`, or `skip` where a cron began to skip runs.")]
    object_type: str
    object_id: Annotated[str, Field(alias="objectID")]
    user: str
    dialect: Annotated[str, Field(description="The way in: v0, v1, admin, cli or engine.")]
    address: str
    client: Annotated[str, Field(description="What it calls itself; of the engine, which part of it.")]
    token: Annotated[str, Field(description="The access token's name.")]
    before: JsonValue
    after: JsonValue
    reason: str


class AuditList(Wire):
    audit: list[AuditEvent]
