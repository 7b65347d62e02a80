"""How many requests a caller may make, if the setting THROTTLE says so: counted over all processes."""

from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.exceptions import Throttled

from jobsite.access.rate import Rate

# A token bucket in one number, the time at which it is full again: each request moves it on by `each`, and is refused
# where that would leave less than nothing. In PostgreSQL because the count must be the same for all processes, and the
# broker may be RabbitMQ; the table is unlogged, so that a request waits for no disk. A refused one writes nothing.
_TAKE = """
INSERT INTO access_caller AS caller (name, free_at, last_on)
VALUES (%(caller)s, statement_timestamp() + %(each)s, current_date)
ON CONFLICT (name) DO UPDATE
SET free_at = greatest(caller.free_at, statement_timestamp()) + %(each)s, last_on = current_date
WHERE caller.free_at <= statement_timestamp() + %(span)s - %(each)s
RETURNING xmax = 0
"""
_WAIT = """
SELECT extract(epoch FROM free_at - statement_timestamp() - %(span)s + %(each)s) FROM access_caller
WHERE name = %(caller)s
"""
# Whose last request was the day before yesterday has all of it again: the longest span is a day.
_PRUNE = """
DELETE FROM access_caller WHERE name IN (
    SELECT name FROM access_caller WHERE last_on < current_date - 1 ORDER BY last_on LIMIT 20 FOR UPDATE SKIP LOCKED)
"""


def take(caller: str) -> None:
    """Count one request of `user NAME` or `address ADDRESS`. Raises Throttled where it is one too many."""
    rate: Rate | None = settings.THROTTLE
    if rate is None:
        return
    names: dict[str, Any] = {"caller": caller[:200], "each": rate.each, "span": rate.each * rate.number}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, names)
        taken: tuple[Any, ...] | None = cursor.fetchone()
        if taken is None:
            cursor.execute(_WAIT, names)
            row = cursor.fetchone()
            raise Throttled(
                wait=max(float(row[0]), 0.0) if row else 0.0,
                detail=f"More than {rate.number} requests in {rate.span.total_seconds():g} s.",
            )
        if taken[0]:
            # Only a caller who is new makes the table longer.
            cursor.execute(_PRUNE)
