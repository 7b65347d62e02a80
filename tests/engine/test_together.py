"""Locks, lines, pauses, holds, chains and stops where they meet."""

from typing import Any

import pytest

from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.delete import delete
from jobs.engine.finish import finish
from jobs.engine.lines import sweep
from jobs.engine.pause import pause
from jobs.engine.put_back import put_back
from jobs.engine.refuse import refuse
from jobs.engine.rescue import end_slots
from jobs.engine.resume import resume
from jobs.engine.retry import retry
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import Job, Pause
from jobs.runner import loop
from jobs.states import Status
from tests.engine.busy import Busy, held
from tests.engine.conftest import Enqueue, MainProcess, NewSlot, NewWorker
from tests.engine.locking import DONE, exclusive, holders, line, run, shared

pytestmark = pytest.mark.slow

ACTION = Pause.Kind.ACTION


@pytest.fixture
def slots(new_worker: NewWorker, new_slot: NewSlot) -> list[Slot]:
    """Of one worker that has room for four jobs."""
    worker = new_worker({"scan": 4}, slots=4)
    return [new_slot(worker) for _ in range(4)]


def want(submit: Enqueue, *names: str, **fields: Any) -> Job:
    return submit({"scan": 1}, locks=exclusive(*names), **fields)


def ready() -> list[int]:
    return list(Job.objects.filter(ready=True).order_by("pk").values_list("pk", flat=True))


def test_a_holder_that_is_put_back_frees_its_locks_and_stands_in_its_line_at_its_place(
    submit: Enqueue, slots: list[Slot]
) -> None:
    first = want(submit, "a", "b")
    held_job = run(slots[0])
    behind, other = want(submit, "a"), want(submit, "b")
    assert ready() == []
    assert put_back(slots[0], held_job)
    assert holders("a") == holders("b") == set()
    assert line("a") == [behind.pk], "it was woken again, being the best of its line"
    assert ready() == [first.pk, other.pk]
    again = run(slots[1])
    assert (again.uuid, again.fence) == (first.uuid, {"a": 2, "b": 2}), "an acquisition as any other"


def test_one_that_is_put_back_does_not_pass_a_better_one_that_came_meanwhile(
    submit: Enqueue, slots: list[Slot]
) -> None:
    first = want(submit, "a")
    held_job = run(slots[0])
    urgent, behind = want(submit, "a", priority=1), want(submit, "a")
    assert put_back(slots[0], held_job)
    assert (ready(), line("a")) == ([urgent.pk], [first.pk, behind.pk])
    for expected in (urgent, first, behind):
        job = run(slots[0])
        assert job.uuid == expected.uuid
        assert finish(slots[0], job, DONE, take_next=False).accepted


def test_a_tombstone_keeps_its_lock_until_its_slot_has_stopped_and_then_the_next_is_woken(
    submit: Enqueue, slots: list[Slot], by: Actor, rung: list[Any]
) -> None:
    holder = want(submit, "a")
    held_job = run(slots[0])
    waiting = want(submit, "a")
    delete(holder.uuid, by=by)
    sweep()
    assert holders("a") == {holder.pk}
    assert claim(slots[1]).job is None, "its processes may be at it still"
    assert not finish(slots[0], held_job, DONE).accepted
    assert not refuse(slots[0], held_job)
    rung.clear()
    assert end_slots([slots[0].name], status=Status.CANCELED, why="its slot has stopped", by=by) == 1
    assert (holders("a"), ready(), rung) == (set(), [waiting.pk], [("scan", 0.0)])
    assert not Job.objects.filter(pk=holder.pk).exists()
    assert run(slots[1]).uuid == waiting.uuid


def test_a_woken_job_that_is_deleted_wakes_the_next(
    submit: Enqueue, slots: list[Slot], by: Actor, rung: list[Any]
) -> None:
    woken, waiting = want(submit, "a"), want(submit, "a")
    assert (ready(), line("a")) == ([woken.pk], [waiting.pk])
    rung.clear()
    delete(woken.uuid, by=by)
    assert (ready(), line("a"), rung) == ([waiting.pk], [], [("scan", 0.0)])


def test_a_retry_with_locks_of_a_paused_action_is_set_aside_in_its_line_and_woken_by_the_resume(
    submit: Enqueue, slots: list[Slot], by: Actor
) -> None:
    want(submit, "a")
    ended = run(slots[0])
    finish(slots[0], ended, DONE)
    pause(ACTION, "noop", by=by)
    made = retry(ended.uuid, by=by)
    other = want(submit, "a", action="sleep", parameters={"seconds": 0})
    made.refresh_from_db()
    assert (made.paused, made.blocked_by, made.ready) == (True, "a", False)
    job = run(slots[0])
    assert job.uuid == other.uuid, "a paused one is in nobody's way"
    resume(ACTION, "noop", by=by)
    assert line("a") == [made.pk]
    finish(slots[0], job, DONE, take_next=False)
    assert run(slots[0]).uuid == made.uuid


def test_a_follower_with_locks_begins_in_the_line_and_is_woken(
    submit: Enqueue, slots: list[Slot], rung: list[Any]
) -> None:
    follower = Submission(action="noop", capacity_map={"scan": 1}, locks=exclusive("a"), comment="follower")
    submit({"scan": 1}, next=follower)
    first = run(slots[0])
    rung.clear()
    finish(slots[0], first, DONE, take_next=False)
    made = Job.objects.get(comment="follower")
    assert (made.ready, made.woken_for, rung) == (True, "a", [("scan", 0.0)])
    assert run(slots[1]).uuid == made.uuid
    submit({"scan": 1}, next=follower)
    second = run(slots[0])
    finish(slots[0], second, DONE, take_next=False)
    assert len(line("a")) == 1, "the lock is held: it waits"


def test_a_line_whose_action_was_paused_comes_back_in_its_order(submit: Enqueue, slots: list[Slot], by: Actor) -> None:
    want(submit, "a", action="sleep", parameters={"seconds": 0})
    held_job = run(slots[0])
    plain = [want(submit, "a") for _ in range(3)]
    urgent = want(submit, "a", priority=1)
    pause(ACTION, "noop", by=by)
    finish(slots[0], held_job, DONE, take_next=False)
    sweep()
    assert ready() == []
    assert claim(slots[1]).job is None
    resume(ACTION, "noop", by=by)
    sweep()
    for expected in (urgent, *plain):
        job = run(slots[1])
        assert job.uuid == expected.uuid
        assert finish(slots[1], job, DONE, take_next=False).accepted


def test_the_hold_for_a_job_whose_action_is_then_paused_ends_and_others_go_on(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess, by: Actor
) -> None:
    busy = Busy(submit, new_worker, new_slot, priority=1)
    Job.objects.exclude(pk=busy.big.pk).update(action="sleep", parameters={"seconds": 0})
    main_process(busy.worker)
    assert held() == [busy.big.pk]
    assert finish(busy.slots[0], busy.running[0], DONE).job is None, "it gives way"
    pause(ACTION, "noop", by=by)
    assert claim(busy.slots[0]).job is not None, "a hold whose job can not start keeps nothing"
    main_process(busy.worker)
    assert held() == []


def test_a_claim_of_a_job_with_locks_rings_on_for_others_of_its_class(
    submit: Enqueue, slots: list[Slot], rung: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bell, one slot: the rest of the class is rung for by whoever takes the first."""
    jobs = [want(submit, "a"), submit({"scan": 1}), want(submit, "b")]
    found = claim(slots[0])
    assert found.job is not None
    assert (found.job.uuid, found.more, found.emptied) == (jobs[0].uuid, [jobs[1].capacity_class_id], False)
    assert put_back(slots[0], found.job)
    rung.clear()
    seen: list[tuple[Any, int]] = []

    def chain(slot: Slot, job: Claimed) -> int:
        seen.append((job.uuid, len(rung)))
        return int(finish(slot, job, DONE, take_next=False).accepted)

    monkeypatch.setattr(loop, "_chain", chain)
    assert loop.serve(slots[0], rung="scan", hops=0) == 3
    assert [uuid for uuid, _ in seen] == [job.uuid for job in jobs]
    assert seen[0][1] == 1, "it rang before it ran"


def test_shared_holders_are_woken_one_after_the_other_by_those_who_start(
    submit: Enqueue, slots: list[Slot], rung: list[Any]
) -> None:
    jobs = [submit({"scan": 1}, locks=shared("a"), scheduled_at=None) for _ in range(3)]
    for number, job in enumerate(jobs):
        assert ready() == [job.pk]
        rung.clear()
        assert run(slots[number]).uuid == job.uuid
        assert len(rung) == (number < 2), "who starts rings for the next that shares"
