"""A pytest plugin (`-p tests.emptying`): after a test with real commits only what was written to is emptied.

Django would truncate every table, and then make all content types and permissions anew: most of a short test's time.
"""

from django.db import connection
from django.test import TransactionTestCase

# Written by `migrate`, and by no test.
LASTING = ["django_migrations", "django_content_type", "auth_permission"]
WRITTEN = """SELECT coalesce(string_agg(oid::regclass::text, ', '), '') FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s) AND pg_relation_size(oid) > 0"""


def pytest_configure() -> None:
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _empty(_case: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [LASTING])
        [names] = cursor.fetchone()
        if names:
            # The audit refuses it to all but its owner, who says so.
            cursor.execute(
                "ALTER TABLE jobs_auditevent DISABLE TRIGGER jobs_auditevent_no_truncate;"
                f"TRUNCATE {names} CASCADE;"
                "ALTER TABLE jobs_auditevent ENABLE TRIGGER jobs_auditevent_no_truncate"
            )
