"""What a tick costs, and when the next one is wanted."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from jobs.engine.actor import Actor
from jobs.engine.clock import database_now
from jobs.engine.crons.fire import BATCH, _due
from jobs.engine.crons.tick import _AHEAD, BUSY_SECONDS, EARLY_SECONDS, Ahead, look_ahead, tick
from jobs.engine.enqueue import enqueue
from jobs.engine.submission import Submission
from jobs.models import Cron, Job
from tests.crons.conftest import ADA, BEAT, MakeCron

MANY = """INSERT INTO jobs_cron (uuid, name, action, schedule, timezone, enabled, misfire, grace_seconds, overlap,
    priority, retries, deadline_text, stop_timeout_text, next_run_at)
SELECT gen_random_uuid(), 'c' || n, 'noop', '@daily', 'UTC', true, 'once', 60, 'allow', 0, 0, '', '',
    now() + n * interval '1 minute' FROM generate_series(1, 10000) AS n"""


def _pages(statement: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], str(plan)


@pytest.fixture
def ten_thousand(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE jobs_cron")


def test_ten_thousand_crons_cost_an_idle_tick_one_probe(ten_thousand: None) -> None:
    pages, plan = _pages(_AHEAD)
    assert "cron_due" in plan
    assert pages <= 6, plan
    with CaptureQueriesContext(connection) as captured:
        done = tick(look_ahead(), by=BEAT)
    assert (len(captured), done.fired, done.promoted) == (1, 0, 0)


def test_ten_crons_cost_an_idle_tick_no_fewer_pages(ten_thousand: None) -> None:
    many, _ = _pages(_AHEAD)
    Cron.objects.exclude(name__in=[f"c{number}" for number in range(1, 11)]).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE jobs_cron")
    few, _ = _pages(_AHEAD)
    assert many <= few + 2


def test_the_few_that_are_due_are_found_through_the_index(ten_thousand: None) -> None:
    Cron.objects.filter(name__in=["c1", "c2", "c3"]).update(next_run_at=database_now())
    with transaction.atomic():
        [plan] = json.loads(_due()[:BATCH].explain(analyze=True, buffers=True, format="json"))
    assert "cron_due" in str(plan)
    assert plan["Plan"]["Actual Rows"] == 3
    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 30, plan


def test_a_beat_sleeps_to_the_next_whole_second_at_most() -> None:
    ahead = look_ahead()
    assert (ahead.cron, ahead.job) == (None, None)
    assert 0 < ahead.wait <= 1


def test_it_knows_of_a_scheduled_job_to_the_millisecond() -> None:
    soon = database_now() + timedelta(milliseconds=300)
    enqueue(Submission(action="noop", scheduled_at=soon), by=ADA)
    ahead = look_ahead()
    assert ahead.job is not None
    assert 0 < ahead.job <= 0.3


@pytest.mark.parametrize(
    ("cron", "job", "wait"),
    [
        (None, None, 0.7),
        (0.5, 0.6, 0.5 - EARLY_SECONDS),
        (0.6, 0.5, 0.5 - EARLY_SECONDS),
        (0.7, None, 0.7 - EARLY_SECONDS),
        (5.7, None, 0.7),
        (EARLY_SECONDS / 2, None, 0),
        (0.5, -0.1, BUSY_SECONDS),
        (-0.1, None, BUSY_SECONDS),
    ],
)
def test_it_wakes_shortly_before_what_it_knows_of_and_else_at_the_whole_second(
    cron: float | None, job: float | None, wait: float
) -> None:
    assert Ahead(cron=cron, job=job, whole_second=0.7, asked_at=0).wait == wait


def test_what_another_beat_is_at_is_looked_at_again_soon(make_cron: MakeCron) -> None:
    cron = make_cron()
    Cron.objects.filter(pk=cron.pk).update(next_run_at=database_now() - timedelta(seconds=1))
    assert look_ahead().wait == BUSY_SECONDS


def test_scheduled_jobs_that_are_due_become_ready_and_are_rung_for(rung: list[str]) -> None:
    later = enqueue(
        Submission(action="noop", scheduled_at=database_now() + timedelta(hours=1), capacity_map={"scan": 1}), by=ADA
    )
    Job.objects.filter(pk=later.pk).update(scheduled_at=database_now())
    assert tick(look_ahead(), by=BEAT).promoted == 1
    later.refresh_from_db()
    assert (later.ready, rung) == (True, ["scan"])
    assert tick(look_ahead(), by=Actor(dialect="engine")).promoted == 0


@pytest.mark.parametrize("schedule", ["* * * * * *", "@every 1s"])
def test_a_new_cron_is_never_due_at_once(make_cron: MakeCron, schedule: str) -> None:
    before = database_now()
    cron = make_cron(schedule)
    assert cron.next_run_at is not None
    assert cron.next_run_at > before
    assert cron.next_run_at.microsecond == 0
    assert not Job.objects.exists()
