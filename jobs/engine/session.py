"""A process's own connection for the engine's prepared statements, beside the one that Django lends to actions."""

import contextlib
from collections.abc import Sequence
from typing import Any

import psycopg2
import psycopg2.extras
from django.db import connections

from jobs.engine import lock_sql, sql


class Session:
    """One autocommitting connection. Connects at first use, and again after `reset`."""

    def __init__(self) -> None:
        self._connection: Any = None

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Run one statement and read what it returns."""
        with self._connected().cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def prepared(self, name: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run a prepared statement of engine/sql.py or lock_sql.py."""
        places = ", ".join(["%s"] * len(parameters))
        return self.rows(f"EXECUTE jobsite_{name} ({places})", parameters)

    def reset(self) -> None:
        """Forget a connection that broke; what it was doing is rolled back by the database."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def _connected(self) -> Any:
        if self._connection is None:
            wrapper = connections["default"]
            connection = wrapper.get_new_connection(wrapper.get_connection_params())
            connection.set_session(autocommit=True)
            psycopg2.extras.register_uuid(conn_or_curs=connection)  # type: ignore[no-untyped-call]
            # Django's own registration hands JSON over as text.
            psycopg2.extras.register_default_jsonb(conn_or_curs=connection)
            with connection.cursor() as cursor:
                # A custom plan for each claim would cost more than the claim itself.
                cursor.execute("SET plan_cache_mode = force_generic_plan; SET TIME ZONE 'UTC'")
                # Nor may a plan that was made on an empty table scan it when it has grown.
                cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
                for statement in (*sql.PREPARED, *lock_sql.PREPARED):
                    cursor.execute(statement)
            self._connection = connection
        return self._connection


def connection_lost(error: psycopg2.Error) -> bool:
    """Whether the server may be gone, and not only the statement refused.

    A server that goes away in the midst of an answer is told by the bare DatabaseError, of no class below it.
    """
    return (
        isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError)) or type(error) is psycopg2.DatabaseError
    )
