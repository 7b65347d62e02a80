"""Filters that never ask a large table for its distinct values."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateTimeFilter, TextFilter
from unfold.utils import parse_date_str


def exact_text(parameter: str, title: str) -> type[Any]:
    """A field to type into, for an indexed column with too many values for a menu; matched as a whole."""

    class ExactTextFilter(TextFilter):  # type: ignore[misc]
        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
            value = (self.value() or "").strip()
            return queryset.filter(**{parameter: value}) if value else queryset

    ExactTextFilter.parameter_name = parameter
    ExactTextFilter.title = title
    return ExactTextFilter


class TimeRangeFilter(RangeDateTimeFilter):  # type: ignore[misc]
    """From and to in UTC; without a time of day the whole day counts."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        if begin := range_moment(self.used_parameters, self.parameter_name, "from"):
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": begin})
        if end := range_moment(self.used_parameters, self.parameter_name, "to"):
            queryset = queryset.filter(**{f"{self.parameter_name}__lte": end})
        return queryset


def range_moment(asked: Mapping[str, Any], name: str, side: Literal["from", "to"]) -> datetime | None:
    """The first or the last moment that is meant; None without a date, or with one that is none."""
    day = parse_date_str(asked.get(f"{name}_{side}_0") or "")
    if day is None:
        return None
    try:
        clock = time.fromisoformat(asked.get(f"{name}_{side}_1") or "")
    except ValueError:
        clock = time.min if side == "from" else time.max
    return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=UTC)
