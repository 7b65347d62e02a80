"""Part of a list by number: the rows from one place on, however far down it is."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, QuerySet

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
