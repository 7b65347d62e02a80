"""The audit can only grow."""

import pytest
from django.db import InternalError, connection
from django.db.utils import DatabaseError

from jobs.models import AuditEvent
from tests.engine.conftest import Enqueue


@pytest.mark.parametrize(
    "statement",
    ["UPDATE jobs_auditevent SET \"user\" = 'nobody'", "DELETE FROM jobs_auditevent", "TRUNCATE jobs_auditevent"],
)
def test_the_database_refuses_to_change_a_row(statement: str, submit: Enqueue) -> None:
    submit()
    with pytest.raises((InternalError, DatabaseError), match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().user == "ada"
