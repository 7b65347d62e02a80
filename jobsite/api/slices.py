"""Part of a list, however far down it is, and however unevenly what is listed lies among the rest."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, QuerySet

from jobsite import patience
from jobsite.api.counts import count_of

# From here on the index alone finds the ids, and only then their rows are read.
_FAR = 1000


class _IsOneOf(Func):
    """`column = ANY (array)`"""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def rows_from(rows: QuerySet[Any], start: int, size: int, *columns: Any) -> list[tuple[Any, ...]]:
    """At most `size` of them, in their order. One statement: a row that goes meanwhile makes no list look ended."""
    if start >= _FAR:
        # An array is found once; `IN` a subquery is planned, on thin statistics, once for each row that is skipped.
        ids = ArraySubquery(rows.values("pk")[start : start + size])
        return list(rows.filter(_IsOneOf(F("pk"), ids)).values_list(*columns))
    return list(rows.values_list(*columns)[start : start + size])


def found_first(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows. Few of them, up to EXACT_COUNT_CAP, are found by what chooses them, and only then put in order.

    For an index on a time while the order is another: the planner takes what is chosen to lie evenly among all and
    walks the order, past millions, to the last hour at its end.
    """
    with patience.at_most(patience.LIST):
        if not count_of(rows).exact:
            return rows
    return rows.filter(_IsOneOf(F("pk"), ArraySubquery(rows.order_by().values("pk"))))
