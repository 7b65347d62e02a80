"""All that a dump of the database would show."""

from collections.abc import Iterator

from django.db import connection


def rows_as_text() -> Iterator[tuple[str, str]]:
    """Each row of each table, as the table's name and its JSON."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND relowner = current_user::regrole"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} AS t")  # noqa: S608 - names of our own tables
            yield from ((table, text) for (text,) in cursor.fetchall())


def everything_stored() -> str:
    """All rows of all tables."""
    return "\n".join(text for _, text in rows_as_text())
