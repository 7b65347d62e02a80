"""A limit in time for what a client may ask of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled

LIST = timedelta(seconds=2)


class TooSlow(RuntimeError):
    """A query was ended because it took longer than its reader may ask for."""


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
