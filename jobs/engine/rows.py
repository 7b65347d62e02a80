"""One way to run a statement on either connection: a slot's own session, or Django's."""

from collections.abc import Callable
from typing import Any

from django.db import connection

# Runs one statement on the connection whose transaction it belongs to.
Rows = Callable[[str, Any], list[tuple[Any, ...]]]


def django_rows(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """One statement on Django's connection, within its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []
