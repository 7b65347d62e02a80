"""A limit on how long a page may make the database work."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled


class TooSlow(Exception):
    """The query was stopped: it would have read too much of a large table."""


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Everything asked of the database in here ends within this time a statement, or TooSlow."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise
