"""Counts that stop at a cap, so that they cost the same at any size."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Count:
    """`10,000+` where there are more than the cap."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"

    def __bool__(self) -> bool:
        return self.number > 0


def counted(rows: QuerySet[Any]) -> Count:
    """Reads at most one row more than EXACT_COUNT_CAP, of whatever index serves."""
    cap: int = settings.EXACT_COUNT_CAP
    found = rows.order_by().values("pk")[: cap + 1].count()
    return Count(min(found, cap), more=found > cap)
