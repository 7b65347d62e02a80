"""The database's clock, which all of jobsite goes by."""

from datetime import datetime

from django.db.models import Func

from jobs.engine.rows import django_rows

# This moment in an update, also in the middle of a transaction, where Now() is the moment of its beginning.
CLOCK = Func(function="clock_timestamp")


def database_now() -> datetime:
    """This moment, also in the middle of a transaction."""
    now: datetime
    [(now,)] = django_rows("SELECT clock_timestamp()", None)
    return now
