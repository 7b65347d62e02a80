"""Named locks: all or none, in the order of claims, with fences that rise."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.lines import wake_lines
from jobs.engine.look import Look, look
from jobs.engine.retry import retry
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.engine.waiting import waiting_reasons
from jobs.models import Job
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.models import Worker

DONE = Outcome(status=Status.DONE)
Lock = Callable[..., Job]


def exclusive(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "mode": "exclusive"} for name in names]


def shared(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "mode": "shared"} for name in names]


def line(name: str) -> list[int]:
    """Ids of those in line."""
    return list(
        Job.objects.filter(blocked_by=name).order_by("-priority", "scheduled_at", "pk").values_list("pk", flat=True)
    )


def holders(name: str) -> set[int]:
    return set(JobLock.objects.filter(lock=name).values_list("job_id", flat=True))


@pytest.fixture
def slots(new_worker: NewWorker, new_slot: NewSlot) -> list[Slot]:
    """Of one worker that has room for eight jobs."""
    worker = new_worker({"scan": 8}, slots=8)
    return [new_slot(worker) for _ in range(8)]


@pytest.fixture
def want(submit: Enqueue) -> Lock:
    """A job that wants these locks."""

    def make(locks: list[dict[str, str]], **fields: Any) -> Job:
        return submit({"scan": 1}, locks=locks, **fields)

    return make


def run(slot: Slot) -> Claimed:
    found = claim(slot).job
    assert found is not None
    return found


def test_an_exclusive_lock_has_one_holder_and_the_next_starts_at_its_end(want: Lock, slots: list[Slot]) -> None:
    first, second = want(exclusive("devices")), want(exclusive("devices"))
    held = run(slots[0])
    assert held.uuid == first.uuid
    assert claim(slots[1]).job is None
    assert (holders("devices"), line("devices")) == ({first.pk}, [second.pk])
    assert finish(slots[0], held, DONE).accepted
    assert holders("devices") == set()
    assert run(slots[1]).uuid == second.uuid
    assert holders("devices") == {second.pk}


def test_shared_holders_are_together_and_exclude_an_exclusive_one(want: Lock, slots: list[Slot]) -> None:
    jobs = [want(shared("devices")) for _ in range(3)]
    alone = want(exclusive("devices"))
    running = [run(slot) for slot in slots[:3]]
    assert holders("devices") == {job.pk for job in jobs}
    assert claim(slots[3]).job is None
    for slot, job in zip(slots, running, strict=False):
        finish(slot, job, DONE)
    assert run(slots[3]).uuid == alone.uuid


def test_who_shares_does_not_pass_one_that_excludes(want: Lock, slots: list[Slot]) -> None:
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


def test_all_locks_or_none(want: Lock, slots: list[Slot]) -> None:
    want(exclusive("b"))
    held = run(slots[0])
    both = want(exclusive("a", "b", "c"))
    assert claim(slots[1]).job is None
    both.refresh_from_db()
    assert (both.status, both.blocked_by) == (Status.WAITING, "b")
    assert not JobLock.objects.filter(lock__in=["a", "c"]).exists()
    assert run_after(want(exclusive("a")), slots[2]), "a is free for others meanwhile"
    finish(slots[0], held, DONE)
    assert run(slots[3]).fence.keys() == {"a", "b", "c"}


def run_after(job: Job, slot: Slot) -> bool:
    """Run it from its claim to its end."""
    found = run(slot)
    return found.uuid == job.uuid and finish(slot, found, DONE).accepted


def test_fences_rise_with_each_acquisition_and_survive_the_release(want: Lock, slots: list[Slot]) -> None:
    fences = []
    for _ in range(3):
        want([*exclusive("a"), *shared("b")])
        job = run(slots[0])
        fences.append(job.fence)
        assert finish(slots[0], job, DONE).accepted
    assert fences == [{"a": n, "b": n} for n in (1, 2, 3)]
    assert set(LockName.objects.values_list("name", "fence")) == {("a", 3), ("b", 3)}


def test_first_come_first_served_among_equals_and_by_priority(want: Lock, slots: list[Slot]) -> None:
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


def test_a_better_one_that_comes_while_the_next_is_ready_goes_first(want: Lock, slots: list[Slot]) -> None:
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


def test_one_that_no_worker_can_hold_does_not_block_the_line(want: Lock, submit: Enqueue, slots: list[Slot]) -> None:
    want(exclusive("devices"))
    held = run(slots[0])
    submit({"gpu": 1}, locks=exclusive("devices"))
    behind = want(exclusive("devices"))
    finish(slots[0], held, DONE)
    assert run(slots[1]).uuid == behind.uuid


def test_a_canceled_job_that_was_next_lets_the_next_one_go(want: Lock, slots: list[Slot], by: Any) -> None:
    first, second = want(exclusive("devices")), want(exclusive("devices"))
    cancel(first.uuid, by=by)
    assert run(slots[0]).uuid == second.uuid


def test_a_canceled_job_leaves_the_line(want: Lock, slots: list[Slot], by: Any) -> None:
    want(exclusive("devices"))
    run(slots[0])
    waiting = want(exclusive("devices"))
    assert cancel(waiting.uuid, by=by) == Status.CANCELED
    assert line("devices") == []


def test_who_is_refused_one_lock_lets_others_have_the_other(want: Lock, slots: list[Slot]) -> None:
    want(exclusive("b"))
    run(slots[0])
    both, one = want(exclusive("a", "b")), want(exclusive("a"))
    assert run(slots[1]).uuid == one.uuid
    assert line("b") == [both.pk]


def test_a_zombies_end_gives_up_no_lock(want: Lock, slots: list[Slot]) -> None:
    job = want(exclusive("devices"))
    held = run(slots[0])
    Job.objects.filter(pk=job.pk).update(slot="another:1")
    assert not finish(slots[0], held, DONE).accepted
    assert holders("devices") == {job.pk}


def test_the_waiting_reason_names_the_holder_and_the_place_in_line(want: Lock, slots: list[Slot]) -> None:
    holder = want(exclusive("devices"))
    held = run(slots[0])
    first, second = want(exclusive("devices")), want(shared("devices"))
    since = f"{JobLock.objects.get().acquired_at:%Y-%m-%d %H:%M:%S} UTC"
    for job, ahead in ((first, 0), (second, 1)):
        [reason] = waiting_reasons(job)
        assert (reason.code, reason.by) == ("LOCK_HELD", str(holder.uuid))
        assert reason.text == (
            f"lock devices held by job {holder.uuid} on worker w1 since {since}, {ahead} ahead in line"
        )
    finish(slots[0], held, DONE)
    first.refresh_from_db()
    second.refresh_from_db()
    assert [reason.code for reason in waiting_reasons(first)] == ["READY"]
    [reason] = waiting_reasons(second)
    assert (reason.code, reason.by) == ("LOCK_IN_LINE", str(first.uuid))
    assert "0 ahead" in reason.text


def test_a_ready_job_whose_other_lock_is_held_says_so(want: Lock, slots: list[Slot]) -> None:
    holder = want(exclusive("b"))
    run(slots[0])
    both = want(exclusive("a", "b"))
    both.refresh_from_db()
    assert both.ready
    [reason] = waiting_reasons(both)
    assert (reason.code, reason.by) == ("LOCK_HELD", str(holder.uuid))
    assert "in line" not in reason.text


def test_scheduled_jobs_that_become_due_together_go_into_the_line(
    want: Lock, slots: list[Slot], new_worker: NewWorker
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


def test_a_retry_by_a_person_stands_in_the_line(want: Lock, slots: list[Slot], by: Any) -> None:
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


def test_paused_jobs_neither_stand_in_the_way_nor_are_woken(want: Lock, slots: list[Slot]) -> None:
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


def test_a_lock_job_is_counted_against_the_capacity(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    """The hand-over has ended its job by then: the slot owns nothing that it could hand on."""
    worker = new_worker({"scan": 1}, slots=2)
    slot, other = new_slot(worker), new_slot(worker)
    submit({"scan": 1})
    held = run(slot)
    submit({"scan": 1}, locks=exclusive("devices"), priority=1)
    handed = finish(slot, held, DONE)
    assert handed.job is None, "it is reported, not run"
    submit({"scan": 1}, priority=2)
    run(other)
    assert claim(slot).job is None, "the unit is taken"


def test_a_job_without_locks_still_costs_one_statement(
    submit: Enqueue, slots: list[Slot], monkeypatch: pytest.MonkeyPatch
) -> None:
    submit({"scan": 1})
    submit({"scan": 1})
    job = run(slots[0])
    sent: list[str] = []
    rows = slots[0].session.rows

    def counted(statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        sent.append(statement)
        return rows(statement, parameters)

    monkeypatch.setattr(slots[0].session, "rows", counted)
    assert finish(slots[0], job, DONE).job is not None
    assert len(sent) == 1
