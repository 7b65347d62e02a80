"""The line at a lock: who is next, and who does not stand in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.finish import finish
from jobs.engine.lines import wake_lines
from jobs.engine.look import Look, look
from jobs.engine.retry import retry
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewWorker, Want
from tests.engine.locking import DONE, exclusive, line, run, shared
from workers.models import Worker

pytestmark = pytest.mark.slow


def test_who_shares_does_not_pass_one_that_excludes(want: Want, slots: list[Slot]) -> None:
    """Else a stream of sharers would keep it out for ever."""
    want(shared("devices"))
    held = run(slots[0])
    alone, later = want(exclusive("devices")), want(shared("devices"))
    assert claim(slots[1]).job is None
    assert line("devices") == [alone.pk, later.pk]
    finish(slots[0], held, DONE)
    second = run(slots[1])
    assert second.uuid == alone.uuid
    finish(slots[1], second, DONE)
    assert run(slots[2]).uuid == later.uuid


def test_first_come_first_served_among_equals_and_by_priority(want: Want, slots: list[Slot]) -> None:
    want(exclusive("devices"))
    held = run(slots[0])
    first, second = want(exclusive("devices")), want(exclusive("devices"))
    urgent = want(exclusive("devices"), priority=5)
    order = []
    for _ in range(3):
        finish(slots[0], held, DONE)
        held = run(slots[0])
        order.append(held.uuid)
    assert order == [urgent.uuid, first.uuid, second.uuid]


def test_a_better_one_that_comes_while_the_next_is_ready_goes_first(want: Want, slots: list[Slot]) -> None:
    plain = want(exclusive("devices"))
    urgent = want(exclusive("devices"), priority=5)
    assert line("devices") == [urgent.pk], "the lock is free: one was woken, and only one"
    held = run(slots[0])
    assert held.uuid == urgent.uuid
    assert line("devices") == [plain.pk]
    finish(slots[0], held, DONE)
    assert run(slots[0]).uuid == plain.uuid


def test_of_many_that_want_a_free_lock_one_is_ready(by: Any, slots: list[Slot]) -> None:
    """And so the claims of others do not walk past the rest."""
    enqueue_many([Submission(action="noop", capacity_map={"scan": 1}, locks=exclusive("devices"))] * 50, by=by)
    assert Job.objects.filter(ready=True).count() == 1
    held = run(slots[0])
    for _ in range(49):
        assert Job.objects.filter(ready=True).count() == 0
        assert finish(slots[0], held, DONE).accepted
        assert Job.objects.filter(ready=True).count() == 1
        held = run(slots[0])
    assert held.fence == {"devices": 50}


def test_one_that_no_worker_can_hold_does_not_block_the_line(want: Want, submit: Enqueue, slots: list[Slot]) -> None:
    want(exclusive("devices"))
    held = run(slots[0])
    submit({"gpu": 1}, locks=exclusive("devices"))
    behind = want(exclusive("devices"))
    finish(slots[0], held, DONE)
    assert run(slots[1]).uuid == behind.uuid


def test_a_canceled_job_that_was_next_lets_the_next_one_go(want: Want, slots: list[Slot], by: Any) -> None:
    first, second = want(exclusive("devices")), want(exclusive("devices"))
    cancel(first.uuid, by=by)
    assert run(slots[0]).uuid == second.uuid


def test_a_canceled_job_leaves_the_line(want: Want, slots: list[Slot], by: Any) -> None:
    want(exclusive("devices"))
    run(slots[0])
    waiting = want(exclusive("devices"))
    assert cancel(waiting.uuid, by=by) == Status.CANCELED
    assert line("devices") == []


def test_scheduled_jobs_that_become_due_together_go_into_the_line(
    want: Want, slots: list[Slot], new_worker: NewWorker
) -> None:
    jobs = [want(exclusive("devices"), scheduled_at=timezone.now() + timedelta(hours=1)) for _ in range(5)]
    assert line("devices") == [], "not before their time"
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(scheduled_at=timezone.now())
    worker = Worker.objects.get(pk=slots[0].worker_id)

    def looked() -> Look:
        return look(slots[0].session, worker_id=worker.pk, boot_id=worker.boot_id, lease=settings.LEASE, classes=[])

    first = looked()
    assert (first.due_lines, line("devices")) == (["devices"], [job.pk for job in jobs])
    wake_lines(first.due_lines)
    assert Job.objects.filter(ready=True).count() == 1
    assert looked().lines
    assert run(slots[0]).uuid == jobs[0].uuid


def test_a_retry_by_a_person_stands_in_the_line(want: Want, slots: list[Slot], by: Any) -> None:
    want(exclusive("devices"))
    ended = run(slots[0])
    finish(slots[0], ended, DONE)
    other = want(exclusive("devices"))
    held = run(slots[0])
    again = retry(ended.uuid, by=by)
    assert line("devices") == [again.pk]
    finish(slots[0], held, DONE)
    assert held.uuid == other.uuid
    assert run(slots[0]).uuid == again.uuid


def test_paused_jobs_neither_stand_in_the_way_nor_are_woken(want: Want, slots: list[Slot]) -> None:
    want(exclusive("devices"))
    held = run(slots[0])
    paused, after = want(exclusive("devices")), want(exclusive("devices"))
    Job.objects.filter(pk=paused.pk).update(paused=True)
    finish(slots[0], held, DONE)
    held = run(slots[0])
    assert held.uuid == after.uuid
    Job.objects.filter(pk=paused.pk).update(paused=False)
    finish(slots[0], held, DONE)
    assert run(slots[0]).uuid == paused.uuid
