"""The words of /audit."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from jobsite.api.describing import Describe, etag
from jobsite.api.v0.descriptions.endpoint import PAGE_HEADERS, listing
from jobsite.api.v0.schemas.audit import AuditList

_EXAMPLE: dict[str, Any] = {
    "id": 4711,
    "at": "2018-04-21T09:45:02.709Z",
    "verb": "cancel",
    "objectType": "job",
    "objectID": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "user": "ann",
    "dialect": "v0",
    "address": "192.0.2.7",
    "client": "curl/8.5.0",
    "token": "laptop",
    "before": "running",
    "after": "cancel_request",
    "reason": "wrong device",
}
_CSV = OpenApiResponse(OpenApiTypes.STR, description="A header and a line for each row; formulas are made text by a '.")

AUDIT: dict[str, Describe] = {
    "list": listing(
        "audit_list",
        "Who changed what: every change by a person or a client, and every intervention of the engine, newest first",
        AuditList,
        {"audit": [_EXAMPLE]},
        errors=(400,),
        also={(200, "text/csv"): _CSV},
        parameters=[*PAGE_HEADERS, etag("CSV has none.")],
    )
}
