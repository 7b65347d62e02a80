"""Workers with a short lease: how much of it is left, and what became of their jobs."""

import pytest
from django.db import connection

from jobs.models import Job
from jobs.runner.process import pid_of

LEASE_SECONDS = 6


@pytest.fixture(autouse=True)
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all workers of the tests that import this."""
    monkeypatch.setenv("LEASE_SECONDS", str(LEASE_SECONDS))


def lease_left(name: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM lease_until - clock_timestamp())::float FROM workers_worker WHERE name = %s",
            [name],
        )
        return float(cursor.fetchone()[0])


def slot_pid(job: Job) -> int:
    return pid_of(job.slot or "")


def retries_of(job: Job) -> list[Job]:
    return list(Job.objects.filter(retry_from=job).order_by("pk"))
