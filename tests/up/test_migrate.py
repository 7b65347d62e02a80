"""manage.py migrate: a change of a big table takes longer than any request may."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_migrate

pytestmark = pytest.mark.django_db(transaction=True)
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def _shown() -> dict[str, str]:
    with connection.cursor() as cursor:
        values = {}
        for name in LIMITS:
            cursor.execute(f"SHOW {name}")
            values[name] = cursor.fetchone()[0]
        return values


@pytest.fixture
def in_the_migration() -> Iterator[list[dict[str, str]]]:
    """The limits, as what runs within a migration meets them."""
    seen: list[dict[str, str]] = []

    def look(**_: Any) -> None:
        seen.append(_shown())

    post_migrate.connect(look)
    yield seen
    post_migrate.disconnect(look)


def test_a_migration_has_no_limits_and_what_comes_after_it_has(in_the_migration: list[dict[str, str]]) -> None:
    before = _shown()
    assert "0" not in before.values()
    call_command("migrate", verbosity=0)
    assert in_the_migration
    assert all(set(limits.values()) == {"0"} for limits in in_the_migration)
    assert _shown() == before
