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


def count_of(rows: QuerySet[Any], *, some: QuerySet[Any] | None = None) -> RowCount:
    """Exact up to EXACT_COUNT_CAP; beyond it an estimate that is never below the cap. Reads no more rows.

    `some` of the rows are counted first: where these are above the cap, no others are looked for.
    """
    cap: int = settings.EXACT_COUNT_CAP
    if some is None or _counted(some, cap) <= cap:
        counted = _counted(rows, cap)
        if counted <= cap:
            return RowCount(counted, exact=True)
    plan = json.loads(_ids(rows).explain(format="json"))
    return RowCount(max(cap, int(plan[0]["Plan"]["Plan Rows"])), exact=False)


def _counted(rows: QuerySet[Any], cap: int) -> int:
    return _ids(rows)[: cap + 1].count()


def _ids(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values("pk")
