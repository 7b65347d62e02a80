"""Every operation of both dialects, as their descriptions tell them: a new one is tested by itself."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

DIALECTS = ("v0", "v1.0")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of an address, `/api/v0/jobs/{job_id}`."""

    dialect: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """Of the parts of the address that vary."""
        return _PARAMETER.findall(self.path)

    @property
    def described(self) -> Any:
        return described(self.dialect)["paths"][self.path][self.method.lower()]

    @property
    def query(self) -> list[str]:
        return [item["name"] for item in self.described.get("parameters", []) if item["in"] == "query"]

    @property
    def takes_body(self) -> bool:
        return "requestBody" in self.described

    @property
    def is_public(self) -> bool:
        return self.path.endswith(("/docs.json", "/system/version"))

    @property
    def body(self) -> dict[str, Any]:
        """The described example of what is sent; empty for an operation that takes no body."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        return next((dict(example["value"]) for example in content.get("examples", {}).values()), {})

    @property
    def body_schema(self) -> Any:
        """What the fields of the body may be, by name."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        return described(self.dialect)["components"]["schemas"][name]["properties"] if name else {}

    def at(self, value: str) -> str:
        """The address with `value` in each part that varies."""
        return _PARAMETER.sub(lambda _: value, self.path)

    def among(self, rows: dict[str, dict[str, str]]) -> str:
        """The address of a row that is there."""
        return _PARAMETER.sub(lambda found: rows[self.dialect][found[1]], self.path)


@cache
def described(dialect: str) -> Any:
    # Asked while tests are collected: the host `testserver` is known only while they run.
    return Client().get(f"/api/{dialect}/docs.json", headers={"Host": "localhost"}).json()


OPERATIONS = [
    Operation(dialect=dialect, method=method.upper(), path=path)
    for dialect in DIALECTS
    for path, methods in described(dialect)["paths"].items()
    for method in methods
]


def handled(dialect: str) -> set[str]:
    """What the addresses of a dialect answer to, as the descriptions write it."""
    found: set[str] = set()
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == f"api/{dialect}/":
            patterns = [pattern for pattern in resolver.url_patterns if isinstance(pattern, URLPattern)]
            found.update(*(_handled(f"/api/{dialect}/", pattern) for pattern in patterns))
    return found


def _handled(prefix: str, pattern: URLPattern) -> set[str]:
    route = str(pattern.pattern).removeprefix("^").removesuffix("/?\\Z").replace("\\.", ".")
    path = prefix + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
    # HEAD goes with GET.
    return {f"{method.upper()} {path}" for method in getattr(pattern.callback, "actions", {}) if method != "head"}
