"""django-filter, with the dialect's error for a parameter that it can not read."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet  # type: ignore[import-untyped]
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]
from rest_framework.request import Request

from jobsite.api.v0.errors import InvalidQuery
from jobsite.api.v0.filters import PARAMETER


class FilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        # As django-filter's own views remember it: how a list is counted depends on it.
        view.filterset = None
        if not _asked(self.get_filterset_class(view, queryset), request.query_params):
            return queryset
        view.filterset = chosen = self.get_filterset(request, queryset, view)
        require_valid(chosen)
        filtered: QuerySet[Any] = chosen.qs
        return filtered


def _asked(filters: type[FilterSet], query: Mapping[str, str]) -> bool:
    """Whether anything is filtered: to find out by the form takes a fifth of the time of the list most ask for."""
    return any(name in filters.base_filters or name.startswith(PARAMETER) for name in query)


def require_valid(chosen: FilterSet) -> None:
    """Raise InvalidQuery for the first word that its field does not take."""
    for name, errors in chosen.errors.items():
        raise InvalidQuery(name, str(errors[0]))
