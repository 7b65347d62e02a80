"""Fill tables with millions of rows: by SQL, and with the indexes made once at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %s::regclass AND NOT indisunique
"""


def run(statement: str, parameters: Any = None) -> None:
    """One statement, which may take its time once `filling` has begun."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@contextmanager
def filling(*tables: str) -> Iterator[None]:
    """For the block these have no indexes but the unique ones; afterwards they are as autovacuum leaves them."""
    run("SET statement_timeout = 0")
    run("SET maintenance_work_mem = '512MB'")
    indexes = {name: made for table in tables for name, made in _indexes(table)}
    for name in indexes:
        run(f'DROP INDEX "{name}"')
    yield
    for made in indexes.values():
        run(made)
    for table in tables:
        run(f"VACUUM ANALYZE {table}")


def _indexes(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [table])
        return list(cursor.fetchall())
