"""The filter language of the query string: `filter[attr]=v`, `filter[attr][op]=v`, brackets escaped or not."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.http import QueryDict

from jobsite.api.v1.errors import InvalidFilter

_FILTER = re.compile(r"filter\[([^\[\]]*)\](?:\[([^\[\]]*)\])?")
OPERATORS = ("eq", "not", "in", "contains", "startswith", "gt", "gte", "lt", "lte", "isnull")


class Condition(NamedTuple):
    """One filter on an attribute, its value as sent."""

    attribute: str
    operator: str
    text: str


def conditions(pairs: Iterable[tuple[str, str]]) -> dict[str, list[Condition]]:
    """By attribute. What has not the shape of a filter is ignored; of a repeated one the first wins."""
    found: dict[str, dict[str, str]] = {}
    for key, text in pairs:
        # The seed's curl writes `\[`, so that curl takes no bracket for a range; it sends the backslash with it.
        match = _FILTER.fullmatch(key.replace("\\", ""))
        if match is None:
            continue
        operator = "eq" if match[2] is None else match[2]
        if operator not in OPERATORS:
            raise InvalidFilter(f"{operator[:60]} is not a valid operator, use one of {', '.join(OPERATORS)}")
        found.setdefault(attribute_name(match[1]), {}).setdefault(operator, text)
    return {name: [Condition(name, *item) for item in wanted.items()] for name, wanted in found.items()}


def first(query: QueryDict, name: str) -> str:
    """Of a repeated parameter the first wins, as with filters; empty if it is not there."""
    values = query.getlist(name)
    return str(values[0]) if values else ""


def attribute_name(text: str) -> str:
    """Dots stand for underscores: `function.name` is function_name."""
    return text.replace(".", "_")
