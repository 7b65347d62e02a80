"""Limits in time: a short one for what a client may ask of the database, none for what changes its tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.errors import QueryCanceled

LIST = timedelta(seconds=2)


class TooSlow(RuntimeError):
    """A query was ended because it took longer than its reader may ask for."""


_LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@contextmanager
def without_limits(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the block's statements take their time. After an error the connection stays so: its process ends."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = 0" for name in _LIMITS))
    yield
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"RESET {name}" for name in _LIMITS))


@contextmanager
def at_most(span: timedelta) -> Iterator[None]:
    """Run the block's queries in one transaction, each ended after `span`: TooSlow then."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [f"{int(span.total_seconds() * 1000)}ms"]
                )
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow(f"took longer than {span.total_seconds():g} s") from error
        raise
