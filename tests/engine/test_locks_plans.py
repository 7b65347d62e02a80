"""100,000 jobs that wait for one lock cost the claims of others no page, and each question about the line few."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.lock_sql import AHEAD, LENGTHS, LINES, WAITERS, WAKEABLE
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from tests.engine.locking import exclusive, run
from tests.engine.test_plans import _pages

pytestmark = pytest.mark.slow
# Longer than it takes to fill the table.
LEASE = timedelta(hours=1)
DONE = Outcome(status=Status.DONE)
# Better than the others, of their class: as enqueue leaves jobs whose lock is held.
IN_LINE = """
INSERT INTO jobs_job (uuid, action, status, priority, due, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id, locks, blocked_by)
SELECT gen_random_uuid(), 'noop', 'waiting', 5, true, 0, 0, '', '', %s,
    '[{"name": "devices", "mode": "exclusive"}]', 'devices' FROM generate_series(1, 100000)
"""

# What has been: it makes the indexes as high as they are with the line.
ENDED = """
INSERT INTO jobs_job (uuid, action, status, priority, due, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id, ended_at)
SELECT gen_random_uuid(), 'noop', 'canceled', 5, true, 0, 0, '', '', %s, now() FROM generate_series(1, 100000)
"""


def _fill(class_id: int, rows: str = IN_LINE) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(rows, [class_id])
        cursor.execute("VACUUM ANALYZE jobs_job")
        cursor.execute("RESET statement_timeout")


def _explained(statement: str, **parameters: Any) -> int:
    """Pages that a statement touches on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        plan = cursor.fetchone()[0]
    plan = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _costs(slot: Slot, job: Claimed) -> list[int]:
    """Pages of a claim and of a hand-over, each rolled back."""
    worker = (slot.worker_id, slot.boot_id)
    nothing = [None] * 6
    asked: list[tuple[str, tuple[Any, ...]]] = [
        ("claim", ([job.class_id], *worker, slot.name + "x", slot.capacity_version)),
        ("hand_over", (job.id, slot.name, "done", *nothing, [job.class_id], *worker, slot.capacity_version)),
    ]
    pages = []
    for name, parameters in asked:
        for _ in range(2):
            # The second time: what the first one had to read of the catalogue is not the statement's.
            slot.session.rows("BEGIN")
            cost, plan = _pages(slot, name, parameters)
            slot.session.rows("ROLLBACK")
        assert "'Node Type': 'ModifyTable'" in plan
        assert "job_ready" in plan
        pages.append(cost)
    return pages


@pytest.fixture
def others(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> tuple[Slot, Claimed]:
    """A slot at a job without locks, while many like it wait."""
    for _ in range(300):
        submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 8}, slots=8, lease=LEASE))
    return slot, run(slot)


def test_a_hundred_thousand_waiters_cost_the_claims_of_others_nothing(
    others: tuple[Slot, Claimed], submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Actor
) -> None:
    slot, job = others
    submit({"hold": 1}, locks=exclusive("devices"), priority=9)
    holder = new_slot(new_worker({"hold": 1, "scan": 1}, lease=LEASE))
    held = run(holder)
    _fill(job.class_id, ENDED)
    before = _costs(slot, job)
    _fill(job.class_id)
    # Some by the engine, while the lock is held.
    wanted = Submission(action="noop", capacity_map={"scan": 1}, priority=5, locks=exclusive("devices"))
    enqueue_many([wanted] * 100, by=by)
    assert not Job.objects.filter(ready=True, locks__isnull=False).exists()
    beside = _costs(slot, job)
    assert all(now <= then * 1.1 for then, now in zip(before, beside, strict=True)), (before, beside)
    # And of the whole line one is ready when the lock is free.
    assert finish(holder, held, DONE).accepted
    assert Job.objects.filter(ready=True, locks__isnull=False).count() == 1
    assert run(holder).fence == {"devices": 2}
    again = _costs(slot, job)
    assert all(now <= then * 1.1 for then, now in zip(before, again, strict=True)), (before, again)


def test_each_question_about_a_long_line_reads_few_pages(
    others: tuple[Slot, Claimed], submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"hold": 1}, locks=exclusive("devices"))
    run(new_slot(new_worker({"hold": 1})))
    _, job = others
    _fill(job.class_id)
    last = Job.objects.filter(blocked_by="devices").latest("pk").pk
    costs = {
        "sweep": _explained(LINES, after="", limit=100),
        "is it wakeable": _explained(WAKEABLE, names=["devices"]),
        "how long is it": _explained(LENGTHS, names=["devices"], limit=1000),
        "who is in it": _explained(WAITERS, name="devices", limit=100),
        "how many are ahead": _explained(AHEAD, job=last, limit=1000),
    }
    # 1,000 rows lie on some tens of pages.
    assert max(costs.values()) < 300, costs


def test_claims_put_nobody_into_a_line_one_by_one(by: Actor, new_worker: NewWorker, new_slot: NewSlot) -> None:
    """2,000 that want a lock which is free, and nobody to take it: one is ready, whoever comes then."""
    wanted = Submission(action="noop", capacity_map={"scan": 1}, locks=exclusive("devices"))
    enqueue_many([wanted] * 2000, by=by)
    for _ in range(3):
        enqueue_many([wanted], by=by)
    assert Job.objects.filter(ready=True).count() == 1
    first, second = (new_slot(new_worker({"scan": 1})) for _ in range(2))
    assert run(first).fence == {"devices": 1}
    assert claim(second).job is None
