"""What every test with the database needs."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _no_hurry_in_a_tests_own_transaction(_django_db_helper: None) -> None:
    """A test holds one transaction from its begin to its end, and beside others it takes its time."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
