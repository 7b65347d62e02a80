"""django-filter, with the dialect's error for a parameter that it can not read."""

from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet  # type: ignore[import-untyped]
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]
from rest_framework.request import Request

from jobsite.api.v0.errors import InvalidQuery


class FilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        chosen = self.get_filterset(request, queryset, view)
        require_valid(chosen)
        # As django-filter's own views remember it: how a list is counted depends on it.
        view.filterset = chosen
        filtered: QuerySet[Any] = chosen.qs
        return filtered


def require_valid(chosen: FilterSet) -> None:
    """Raise InvalidQuery for the first word that its field does not take."""
    for name, errors in chosen.errors.items():
        raise InvalidQuery(name, str(errors[0]))
