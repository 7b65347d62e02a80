"""A paused backlog costs claims nothing, and a pause reads only what waits: asked with EXPLAIN."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from jobs.engine.claim import claim
from jobs.engine.slot import Slot
from jobs.engine.sql import STRAYS, TURN_STRAYS
from jobs.models import Job, Pause
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from tests.engine.test_plans import _pages
from workers.presence import Identity

pytestmark = pytest.mark.slow
BACKLOG = 100_000
ROWS = """
INSERT INTO jobs_job (uuid, action, status, paused, priority, due, ended_at, scheduled_at, retries_total, retries_left,
    deadline_text, stop_timeout_text, capacity_class_id)
SELECT gen_random_uuid(), 'noop', %s, %s, 0, true, CASE %s WHEN 'done' THEN now() END, now(), 0, 0, '', '', %s
FROM generate_series(1, %s)
"""
Fill = Callable[..., None]


@pytest.fixture
def worker(new_worker: NewWorker) -> Identity:
    return new_worker({"scan": 1})


@pytest.fixture
def slot(worker: Identity, new_slot: NewSlot) -> Slot:
    return new_slot(worker)


@pytest.fixture
def class_id(submit: Enqueue) -> int:
    known = submit({"scan": 1}).capacity_class_id
    Job.objects.all().delete()
    return known


@pytest.fixture(params=["statistics of an empty table", "statistics of now"])
def fill(request: Any, class_id: int, slot: Slot) -> Fill:
    """Rows of the action `noop`; planned on what the table was, or is."""
    with connection.cursor() as cursor:
        # What other tests wrote and rolled back would be counted as pages without rows.
        cursor.execute("TRUNCATE jobs_job CASCADE")

    def make(status: str, *, paused: bool, count: int = BACKLOG) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '60s'")
            cursor.execute("ANALYZE jobs_job")
            slot.session.rows("SELECT 1")
            cursor.execute(ROWS, [status, paused, status, class_id, count])
            if request.param == "statistics of now":
                cursor.execute("ANALYZE jobs_job")

    return make


def _read(slot: Slot, statement: str, parameters: Any = None) -> tuple[int, str]:
    [(answer,)] = slot.session.rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
    plan = answer[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], str(plan)


def test_a_paused_backlog_costs_claims_nothing(
    fill: Fill, class_id: int, slot: Slot, worker: Identity, submit: Enqueue
) -> None:
    Pause.objects.create(kind=Pause.Kind.ACTION, name="noop")
    fill("waiting", paused=True)
    pages, plan = _pages(slot, "claim", ([class_id], worker.worker_id, worker.boot_id, slot.name, 1))
    assert pages < 40, plan
    pages, plan = _pages(slot, "look", (worker.worker_id, worker.boot_id, settings.LEASE, [class_id]))
    # Of a backlog of thousands of pages: what died meanwhile and was not vacuumed yet may be among them.
    assert pages < 200, plan
    other = submit({"scan": 1}, action="sleep")
    found = claim(slot).job
    assert found is not None
    assert found.uuid == other.uuid


def test_a_backlog_that_is_not_set_aside_yet_is_not_walked_either(
    fill: Fill, class_id: int, slot: Slot, worker: Identity
) -> None:
    Pause.objects.create(kind=Pause.Kind.ACTION, name="noop")
    fill("waiting", paused=False)
    pages, plan = _pages(slot, "claim", ([class_id], worker.worker_id, worker.boot_id, slot.name, 1))
    assert pages < 60, plan
    assert not Job.objects.occupying().exists()


def test_jobs_that_ended_are_not_read_by_a_pause_or_a_resume(fill: Fill, slot: Slot) -> None:
    Pause.objects.create(kind=Pause.Kind.ACTION, name="noop")
    fill("done", paused=False)
    fill("waiting", paused=True, count=20)
    for paused in (False, True):
        pages, plan = _read(slot, STRAYS)
        assert pages < 30, plan
        pages, plan = _read(slot, TURN_STRAYS, {"action": "noop", "paused": paused, "limit": 10})
        # Twenty that wait are few enough for any index of them.
        assert "Seq Scan" not in plan
        assert pages < 600, plan
    assert Job.objects.filter(paused=True).count() == 10


def test_a_batch_reads_no_more_of_a_long_backlog(fill: Fill, slot: Slot) -> None:
    Pause.objects.create(kind=Pause.Kind.ACTION, name="noop")
    fill("waiting", paused=False)
    pages, plan = _read(slot, STRAYS)
    assert pages < 30, plan
    pages, plan = _read(slot, TURN_STRAYS, {"action": "noop", "paused": False, "limit": 10})
    assert "job_waiting_by_action" in plan
    assert pages < 600, plan
