"""The words about the description itself."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from jobsite.api.v0.descriptions.endpoint import Describe

DOCS: dict[str, Describe] = {
    "retrieve": extend_schema(
        operation_id="docs", summary="This description; no login", responses={200: OpenApiTypes.OBJECT}, auth=[]
    )
}
