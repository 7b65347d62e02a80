"""The engine's statements read a few pages, however the statistics stand: asked with EXPLAIN of the prepared ones."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from jobs.engine.slot import Slot
from jobs.models import Hold, Job
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.presence import Identity

pytestmark = pytest.mark.slow

BACKLOG = """
INSERT INTO jobs_job (uuid, action, status, priority, due, scheduled_at, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id)
SELECT gen_random_uuid(), 'noop', 'waiting', 0, %s, now() + %s * interval '1 hour', 0, 0, '', '', %s
FROM generate_series(1, 5000)
"""
Explain = Callable[..., str]


@pytest.fixture
def worker(new_worker: NewWorker) -> Identity:
    return new_worker({"scan": 1})


@pytest.fixture
def slot(worker: Identity, new_slot: NewSlot) -> Slot:
    return new_slot(worker)


@pytest.fixture(params=["statistics of an empty table", "statistics of now"])
def class_id(request: Any, submit: Enqueue, slot: Slot) -> int:
    """5,000 jobs wait, 5,000 are scheduled, after the connection has planned on an empty table, or before."""
    known = submit({"scan": 1}).capacity_class_id
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_job")
        cursor.execute("ANALYZE jobs_job")
        if request.param == "statistics of an empty table":
            slot.session.rows("SELECT 1")
        cursor.execute(BACKLOG, [True, 0, known])
        cursor.execute(BACKLOG, [False, 1, known])
        if request.param == "statistics of now":
            cursor.execute("ANALYZE jobs_job")
    return known


def _pages(slot: Slot, name: str, parameters: tuple[Any, ...]) -> tuple[int, str]:
    """Pages that the statement touched, and its plan."""
    plan = _plan(slot, name, parameters)
    return _touched(plan), str(plan)


def _touched(node: dict[str, Any]) -> int:
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])


def _plan(slot: Slot, name: str, parameters: tuple[Any, ...]) -> dict[str, Any]:
    places = ", ".join(["%s"] * len(parameters))
    statement = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, FORMAT JSON) EXECUTE jobsite_{name} ({places})"
    [(answer,)] = slot.session.rows(statement, parameters)
    plan: dict[str, Any] = answer[0]["Plan"]
    return plan


def test_a_claim_reads_few_pages(class_id: int, slot: Slot, worker: Identity) -> None:
    pages, plan = _pages(slot, "claim", ([class_id], worker.worker_id, worker.boot_id, slot.name, 1))
    assert "job_ready" in plan
    assert "Seq Scan" not in plan.replace("'Relation Name': 'workers", "")
    assert pages < 120, plan


def test_a_hand_over_reads_few_pages(class_id: int, slot: Slot, worker: Identity) -> None:
    _pages(slot, "claim", ([class_id], worker.worker_id, worker.boot_id, slot.name, 1))
    [(job,)] = slot.session.rows("SELECT id FROM jobs_job WHERE occupies")
    nothing = [None] * 6
    parameters = (job, slot.name, "done", *nothing, [class_id], worker.worker_id, worker.boot_id, 1)
    pages, plan = _pages(slot, "hand_over", parameters)
    assert "job_ready" in plan
    assert pages < 200, plan


def test_counting_what_a_worker_uses_reads_few_pages(class_id: int, slot: Slot, worker: Identity) -> None:
    pages, plan = _pages(slot, "occupancy", (worker.worker_id, worker.boot_id))
    assert "job_occupying" in plan or "job_slot_runs_one" in plan
    assert pages < 20, plan


def test_an_idle_look_reads_few_pages(class_id: int, slot: Slot, worker: Identity) -> None:
    pages, plan = _pages(slot, "look", (worker.worker_id, worker.boot_id, settings.LEASE, [class_id]))
    assert "job_scheduled" in plan
    assert pages < 60, plan


def _hand_over(slot: Slot, worker: Identity, class_id: int) -> dict[str, Any]:
    [(job,)] = slot.session.rows("SELECT id FROM jobs_job WHERE occupies")
    nothing = [None] * 6
    parameters = (job, slot.name, "done", *nothing, [class_id], worker.worker_id, worker.boot_id, 1)
    return _plan(slot, "hand_over", parameters)


def test_without_a_hold_a_hand_over_costs_one_index_probe_more(class_id: int, slot: Slot, worker: Identity) -> None:
    _pages(slot, "claim", ([class_id], worker.worker_id, worker.boot_id, slot.name, 1))
    plan = _hand_over(slot, worker, class_id)
    assert len(slot.session.rows("SELECT id FROM jobs_job WHERE occupies")) == 1, "it claimed the next one"
    probes = [part for part in _parts(plan) if part.get("Relation Name") == "jobs_hold" and part["Actual Loops"]]
    assert [part["Index Name"] for part in probes] == ["jobs_hold_pkey"]
    assert _touched(probes[0]) <= 2, plan


def _parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _parts(part)


def test_giving_way_reads_few_pages_and_not_the_backlog(
    class_id: int, slot: Slot, worker: Identity, submit: Enqueue
) -> None:
    _pages(slot, "claim", ([class_id], worker.worker_id, worker.boot_id, slot.name, 1))
    Hold.objects.create(worker_id=worker.worker_id, job=submit({"scan": 2}), giving_way=[class_id])
    plan = _hand_over(slot, worker, class_id)
    assert slot.session.rows("SELECT id FROM jobs_job WHERE occupies") == [], "it gave way"
    assert _touched(plan) < 100, plan


def test_a_look_at_a_hold_reads_few_pages(class_id: int, slot: Slot, worker: Identity, submit: Enqueue) -> None:
    Hold.objects.create(worker_id=worker.worker_id, job=submit({"scan": 2}), giving_way=[class_id])
    pages, plan = _pages(slot, "look", (worker.worker_id, worker.boot_id, settings.LEASE, [class_id]))
    assert "jobs_hold_pkey" in plan
    assert pages < 80, plan


def test_what_needs_a_human_is_found_through_an_index_of_its_own(class_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
    plan = Job.objects.needing_a_human().newest_scheduled_first()[:10].explain()
    assert "job_needs_a_human" in plan
    assert "Sort" not in plan
