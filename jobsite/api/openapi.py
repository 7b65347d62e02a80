"""How drf-spectacular sees our addresses and logins."""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings, spectacular_settings

Endpoints = list[tuple[str, str, str, Any]]
# Its settings are the process's.
_one_at_a_time = Lock()


def description(changes: Mapping[str, Any]) -> Any:
    """The description of the dialect that these changes of SPECTACULAR_SETTINGS choose by SCHEMA_PATH_PREFIX."""
    with _one_at_a_time, patched_settings(dict(changes)):
        return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def below_prefix(endpoints: Endpoints) -> Endpoints:
    """One dialect has one description."""
    prefix: str = spectacular_settings.SCHEMA_PATH_PREFIX
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(f"{prefix}/")]


def without_trailing_slash(endpoints: Endpoints) -> Endpoints:
    """Addresses answer with and without a slash at the end; the description names the shorter form."""
    return [(path.rstrip("/"), pattern, method, view) for path, pattern, method, view in endpoints]


class Schema(AutoSchema):
    """drf-spectacular's, but for the body of a DELETE: OpenAPI has one since 3.1."""

    def _get_request_body(self, direction: str = "request") -> Any:
        if self.method != "DELETE":
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        # It decides by the method alone.
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = "DELETE"


class BasicScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "jobsite.access.authentication.BasicLogin"
    name = "basic"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "basic", "description": "User and password, or user and access token."}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "jobsite.access.authentication.BearerLogin"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "An access token."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "jobsite.access.authentication.SessionLogin"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The admin's login."}
