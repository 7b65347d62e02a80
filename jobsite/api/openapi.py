"""How drf-spectacular sees our addresses and logins."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

Endpoints = list[tuple[str, str, str, Any]]


def without_trailing_slash(endpoints: Endpoints) -> Endpoints:
    """Addresses answer with and without a slash at the end; the description names the shorter form."""
    return [(path.rstrip("/"), pattern, method, view) for path, pattern, method, view in endpoints]


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
