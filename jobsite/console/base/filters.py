"""Filters that never ask a large table for its distinct values."""

from datetime import UTC, datetime, time
from typing import Any

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
        if begin := self._moment("from", time.min):
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": begin})
        if end := self._moment("to", time.max):
            queryset = queryset.filter(**{f"{self.parameter_name}__lte": end})
        return queryset

    def _moment(self, side: str, otherwise: time) -> datetime | None:
        day = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{side}_0") or "")
        if day is None:
            return None
        try:
            clock = time.fromisoformat(self.used_parameters.get(f"{self.parameter_name}_{side}_1") or "")
        except ValueError:
            clock = otherwise
        return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=UTC)
