"""How many rows a list has: exactly while that is cheap, by the planner's estimate beyond."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class RowCount:
    number: int
    exact: bool


def count_of(rows: QuerySet[Any]) -> RowCount:
    """Exact up to EXACT_COUNT_CAP; beyond it an estimate that is never below the cap. Reads no more rows."""
    cap: int = settings.EXACT_COUNT_CAP
    unordered = rows.order_by()
    counted = unordered.values("pk")[: cap + 1].count()
    if counted <= cap:
        return RowCount(counted, exact=True)
    plan = json.loads(unordered.values("pk").explain(format="json"))
    return RowCount(max(cap, int(plan[0]["Plan"]["Plan Rows"])), exact=False)
