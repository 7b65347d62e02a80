"""The database's clock, which all of jobsite goes by."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """This moment, also in the middle of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
