"""The query parameter of GET /locks."""

import django_filters  # type: ignore[import-untyped]

from jobsite.api.filtersets import FilterSet
from locks.models import LockNameQuerySet


class LockFilter(FilterSet):
    """Names stay for ever, since their fences do: of thousands a few are held."""

    held = django_filters.ChoiceFilter(
        choices=[("any", "any"), ("true", "true")],
        method="by_held",
        help_text="`true`: only locks that a job has now.",
    )

    def by_held(self, locks: LockNameQuerySet, _name: str, word: str) -> LockNameQuerySet:
        return locks.held() if word == "true" else locks
