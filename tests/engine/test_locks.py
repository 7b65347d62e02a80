"""Named locks: all or none, shared or exclusive, with fences that rise."""

from typing import Any

import pytest

from jobs.engine.claim import claim
from jobs.engine.finish import finish
from jobs.engine.slot import Slot
from jobs.models import Job
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Want
from tests.engine.locking import DONE, exclusive, holders, line, run, shared


def test_an_exclusive_lock_has_one_holder_and_the_next_starts_at_its_end(want: Want, slots: list[Slot]) -> None:
    first, second = want(exclusive("devices")), want(exclusive("devices"))
    held = run(slots[0])
    assert held.uuid == first.uuid
    assert claim(slots[1]).job is None
    assert (holders("devices"), line("devices")) == ({first.pk}, [second.pk])
    assert finish(slots[0], held, DONE).accepted
    assert holders("devices") == set()
    assert run(slots[1]).uuid == second.uuid
    assert holders("devices") == {second.pk}


def test_shared_holders_are_together_and_exclude_an_exclusive_one(want: Want, slots: list[Slot]) -> None:
    jobs = [want(shared("devices")) for _ in range(3)]
    alone = want(exclusive("devices"))
    running = [run(slot) for slot in slots[:3]]
    assert holders("devices") == {job.pk for job in jobs}
    assert claim(slots[3]).job is None
    for slot, job in zip(slots, running, strict=False):
        finish(slot, job, DONE)
    assert run(slots[3]).uuid == alone.uuid


def test_all_locks_or_none(want: Want, slots: list[Slot]) -> None:
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


def test_fences_rise_with_each_acquisition_and_survive_the_release(want: Want, slots: list[Slot]) -> None:
    fences = []
    for _ in range(3):
        want([*exclusive("a"), *shared("b")])
        job = run(slots[0])
        fences.append(job.fence)
        assert finish(slots[0], job, DONE).accepted
    assert fences == [{"a": n, "b": n} for n in (1, 2, 3)]
    assert set(LockName.objects.values_list("name", "fence")) == {("a", 3), ("b", 3)}


def test_who_is_refused_one_lock_lets_others_have_the_other(want: Want, slots: list[Slot]) -> None:
    want(exclusive("b"))
    run(slots[0])
    both, one = want(exclusive("a", "b")), want(exclusive("a"))
    assert run(slots[1]).uuid == one.uuid
    assert line("b") == [both.pk]


def test_a_zombies_end_gives_up_no_lock(want: Want, slots: list[Slot]) -> None:
    job = want(exclusive("devices"))
    held = run(slots[0])
    Job.objects.filter(pk=job.pk).update(slot="another:1")
    assert not finish(slots[0], held, DONE).accepted
    assert holders("devices") == {job.pk}


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
