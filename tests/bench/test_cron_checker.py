"""The checker of `bin/bench crons` finds what it is there to find."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uuid_utils.compat
from django.conf import settings
from django.db import connection

from benchmarks.cron_checker import Found, Watched, check
from jobs.models import Cron, CronSkip, Job
from workers.models import CapacityClass

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
CONSTRAINT = "job_once_per_due_second"


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def make_jobs(cron: Cron, *seconds: int) -> None:
    known, _ = CapacityClass.objects.get_or_create(name="default", defaults={"needs": {"default": 1}})
    for second in seconds:
        due = {"cron": cron, "cron_due_at": at(second), "created_at": at(second) + timedelta(milliseconds=20)}
        Job.objects.create(uuid=uuid_utils.compat.uuid7(), action="noop", capacity_class=known, **due)


def checked(cron: Cron, *, until: int) -> Found:
    database: dict[str, Any] = {**settings.DATABASES["default"]}
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    address = {name: database[key] or None for name, key in names.items()}
    return check(address, [Watched(key=cron.pk, first=NOON, period=1, phase=0)], until=at(until))


@pytest.fixture
def cron() -> Cron:
    return Cron.objects.create(name="c", action="noop", schedule="* * * * * *", next_run_at=NOON)


@pytest.fixture
def without_the_constraint() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {CONSTRAINT}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_job")
        condition = "WHERE cron_due_at IS NOT NULL"
        cursor.execute(f"CREATE UNIQUE INDEX {CONSTRAINT} ON jobs_job (cron_id, cron_due_at) {condition}")


def test_all_served_is_all_well(cron: Cron) -> None:
    make_jobs(cron, 0, 1, 2, 5)
    CronSkip.objects.create(cron=cron, due_at=at(3), last_due_at=at(4), count=2, code="OVERLAP", reason="x")
    found = checked(cron, until=5)
    assert (found.figures, found.skipped, found.wrong) == (
        {"due": 6, "missed": 0, "double": 0, "late_p99_s": 0.02},
        2,
        [],
    )


@pytest.mark.parametrize("served", [(1, 2, 3), (0, 2, 3), (0, 1, 2)], ids=["the first", "one between", "the last"])
def test_a_missed_second_is_found(cron: Cron, served: tuple[int, ...]) -> None:
    make_jobs(cron, *served)
    found = checked(cron, until=3)
    assert (found.missed, found.double, len(found.wrong)) == (1, 0, 1)


def test_a_cron_that_did_nothing_is_found(cron: Cron) -> None:
    assert checked(cron, until=3).missed == 4


def test_a_job_and_a_skip_for_one_second_are_found(cron: Cron) -> None:
    make_jobs(cron, 0, 1)
    CronSkip.objects.create(cron=cron, due_at=at(1), last_due_at=at(1), count=1, code="OVERLAP", reason="x")
    found = checked(cron, until=1)
    assert (found.missed, found.double) == (0, 1)


def test_without_the_constraint_it_fails_and_finds_the_second_job(cron: Cron, without_the_constraint: None) -> None:
    make_jobs(cron, 0, 1, 1)
    found = checked(cron, until=1)
    assert found.double == 1
    assert any("the unique index" in words for words in found.wrong)
    assert any("twice" in words for words in found.wrong)


def test_a_second_that_was_never_due_is_found(cron: Cron) -> None:
    make_jobs(cron, 0, 1)
    Job.objects.filter(cron_due_at=at(1)).update(cron_due_at=at(1) + timedelta(milliseconds=500))
    found = checked(cron, until=0)
    assert any("not due" in words for words in found.wrong)
