"""Filters on one attribute, by the kind of its values: how they are read, and what each operator means."""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import Q, QuerySet

from jobs.models import Job
from jobsite.api.v1.errors import InvalidFilter
from jobsite.api.v1.functions import named
from jobsite.api.v1.query import Condition
from jobsite.api.v1.wire import STATUSES

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
# An unencoded + in a query arrives as a space.
_LOST_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}\Z)")
_NO_TEXT = frozenset({"contains", "startswith"})
_LOOKUPS = {
    "eq": "exact",
    "in": "in",
    "contains": "icontains",
    "startswith": "istartswith",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
}
_YES_NO = {"true": True, "1": True, "false": False, "0": False}


class Wanted(NamedTuple):
    """A condition with its value read."""

    operator: str
    value: Any


class _AsParsed(forms.Widget):
    """The conditions as query.py has found them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Condition]:  # noqa: ARG002
        found: list[Condition] = data.get(name, [])
        return found


class _ConditionsField(forms.Field):
    """Reads the value of each condition by the kind of the attribute."""

    widget = _AsParsed

    def __init__(self, *, attribute: "AttributeFilter", **options: Any) -> None:
        super().__init__(**options)
        self.attribute = attribute

    def to_python(self, value: list[Condition] | None) -> list[Wanted]:
        return [Wanted(condition.operator, self.attribute.read_condition(condition)) for condition in value or []]


class AttributeFilter(django_filters.Filter):  # type: ignore[misc]
    """Text, exactly; the base of the other kinds."""

    field_class = _ConditionsField
    kind = "text"
    # Operators that have no meaning for this kind.
    senseless = frozenset[str]()

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name=field_name, attribute=self, **options)

    def read_condition(self, condition: Condition) -> Any:
        """Its value, or InvalidFilter."""
        if condition.operator in self.senseless:
            raise InvalidFilter(f"Cannot use '{condition.operator}' operator for {self.kind} types")
        if condition.operator == "isnull":
            return _valid(condition, condition.text, _YES_NO.get(condition.text.lower()))
        if condition.operator == "in":
            texts = [text.strip() for text in condition.text.split(",")]
            return [_valid(condition, text, self.read(text)) for text in texts]
        return _valid(condition, condition.text, self.read(condition.text))

    def read(self, text: str) -> Any:
        """One value; None for what can not be read."""
        return None if "\x00" in text else text

    def condition(self, wanted: Wanted) -> Q:
        """As a query."""
        if wanted.operator == "not":
            return ~self.condition(Wanted("eq", wanted.value))
        if wanted.operator == "isnull":
            return self.is_null() if wanted.value else ~self.is_null()
        return Q(**{f"{self.field_name}__{_LOOKUPS[wanted.operator]}": wanted.value})

    def is_null(self) -> Q:
        return Q(**{f"{self.field_name}__isnull": True})

    def filter(self, qs: QuerySet[Job], value: list[Wanted] | None) -> QuerySet[Job]:
        for wanted in value or []:
            qs = qs.filter(self.condition(wanted))
        return qs


class IntegerFilter(AttributeFilter):
    kind = "integer"
    senseless = _NO_TEXT

    def read(self, text: str) -> int | None:
        return int(text) if _WHOLE.fullmatch(text) else None


class TimeFilter(AttributeFilter):
    """ISO 8601; without a zone it is UTC."""

    kind = "datetime"
    senseless = _NO_TEXT

    def read(self, text: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None


class StatusFilter(AttributeFilter):
    """By name, in any case."""

    kind = "enum"
    senseless = frozenset({*_NO_TEXT, "gt", "gte", "lt", "lte"})

    def read(self, text: str) -> tuple[str, ...] | None:
        return STATUSES.get(text.upper())

    def condition(self, wanted: Wanted) -> Q:
        if wanted.operator == "in":
            return Q(status__in=[status for statuses in wanted.value for status in statuses])
        return Q(status__in=wanted.value) if wanted.operator == "eq" else super().condition(wanted)


class FunctionNameFilter(AttributeFilter):
    """The action, with ` (dry_run)` behind it for a dry run."""

    def condition(self, wanted: Wanted) -> Q:
        return named(lambda name: _holds(wanted, name))


class JsonFilter(AttributeFilter):
    kind = "json"
    senseless = frozenset({"eq", "not", "in", "contains", "startswith", "gt", "gte", "lt", "lte"})


class ResultFilter(JsonFilter):
    def is_null(self) -> Q:
        # An aborted job that returned nothing shows who aborted it.
        return Q(result__isnull=True) & ~Q(status="canceled")


class ExceptionFilter(JsonFilter):
    def is_null(self) -> Q:
        return ~Q(status__in=STATUSES["EXCEPTION"])


class DevicesFilter(JsonFilter):
    """`contains`: one device that has finished."""

    senseless = JsonFilter.senseless - {"contains"}

    def condition(self, wanted: Wanted) -> Q:
        return Q(finished__contains=[wanted.value]) if wanted.operator == "contains" else super().condition(wanted)

    def is_null(self) -> Q:
        return Q(started_at__isnull=True)


def _valid(condition: Condition, text: str, value: Any) -> Any:
    if value is None:
        shown = text.replace("\x00", "\\0")[:60]
        raise InvalidFilter(f"{shown} is not a valid value for {condition.attribute}")
    return value


def _holds(wanted: Wanted, name: str) -> bool:
    """As the database would judge text."""
    value = wanted.value
    judged: dict[str, bool] = {
        "eq": name == value,
        "not": name != value,
        "in": isinstance(value, list) and name in value,
        "contains": isinstance(value, str) and value.lower() in name.lower(),
        "startswith": isinstance(value, str) and name.lower().startswith(value.lower()),
        "gt": isinstance(value, str) and name > value,
        "gte": isinstance(value, str) and name >= value,
        "lt": isinstance(value, str) and name < value,
        "lte": isinstance(value, str) and name <= value,
        "isnull": value is False,
    }
    return judged[wanted.operator]
