"""Rescue, clear and free: how a lock comes free when its holder does not let go of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.engine.actor import engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.clear import LockState, clear
from jobs.engine.errors import InvalidSubmission, LockHeld, NoSuchLock
from jobs.engine.finish import finish, own_job
from jobs.engine.free import free
from jobs.engine.lines import sweep
from jobs.engine.rescue import end_slots, rescue
from jobs.engine.slot import Slot
from jobs.models import AuditEvent, Job
from jobs.states import Status
from locks.models import JobLock
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, chain
from tests.engine.locking import DONE, exclusive, holders, line, run, shared
from workers.models import Worker

pytestmark = pytest.mark.slow

BY = engine_actor("test")


@pytest.fixture
def dead_end(new_worker: NewWorker, new_slot: NewSlot, submit: Enqueue) -> tuple[Job, Slot]:
    """A job that holds `devices` on a worker of its own, whose lease is to end."""
    job, slot = submit({"scan": 1}, locks=exclusive("devices"), retries=1), new_slot(new_worker({"scan": 1}))
    run(slot)
    return job, slot


def lose(slot: Slot) -> None:
    Worker.objects.filter(pk=slot.worker_id).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_dead_holders_lock_frees_itself_with_the_rescue(
    dead_end: tuple[Job, Slot], submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    job, slot = dead_end
    waiting = submit({"scan": 1}, locks=exclusive("devices"))
    lose(slot)
    assert rescue(by=BY) == 1
    assert holders("devices") == set()
    [made] = chain(job)
    assert (made.due, made.blocked_by) == (False, None), "the retry stands in no line before its time"
    assert run(new_slot(new_worker({"scan": 1}))).uuid == waiting.uuid


def test_a_live_holders_lock_is_not_cleared(dead_end: tuple[Job, Slot]) -> None:
    job, _ = dead_end
    with pytest.raises(LockHeld) as caught:
        clear("devices", by=BY, reason="I want it")
    assert caught.value.holders == [str(job.uuid)]
    assert holders("devices") == {job.pk}
    assert not AuditEvent.objects.filter(verb="clear_lock").exists()


def test_one_whose_cancel_is_overdue_is_killed_without_force(dead_end: tuple[Job, Slot]) -> None:
    job, _ = dead_end
    cancel(job.uuid, by=BY)
    with pytest.raises(LockHeld):
        clear("devices", by=BY, reason="it hangs")
    Job.objects.filter(pk=job.pk).update(status_changed_at=timezone.now() - timedelta(seconds=36))
    assert clear("devices", by=BY, reason="it hangs") is LockState.STOPPING
    job.refresh_from_db()
    assert job.forced_at is not None
    # Its worker has to confirm that it is dead.
    assert holders("devices") == {job.pk}
    assert AuditEvent.objects.get(verb="force_cancel").reason == "it hangs"


def test_a_dead_holders_lock_is_cleared_at_once(dead_end: tuple[Job, Slot]) -> None:
    job, slot = dead_end
    lose(slot)
    assert clear("devices", by=BY, reason="the machine burnt down") == LockState.FREE
    job.refresh_from_db()
    assert (job.status, holders("devices")) == (Status.WORKER_DEAD, set())
    assert len(chain(job)) == 1, "as with a rescue"
    assert AuditEvent.objects.get(verb="clear_lock").reason == "the machine burnt down"


def test_a_forced_clear_has_the_holder_killed_and_frees_only_what_the_worker_confirms(
    dead_end: tuple[Job, Slot],
) -> None:
    job, slot = dead_end
    assert clear("devices", by=BY, reason="it hangs", force=True) == LockState.STOPPING
    job.refresh_from_db()
    assert (job.status, job.cancel_reason) == (Status.CANCEL_REQUEST, "it hangs")
    assert job.forced_at is not None
    assert holders("devices") == {job.pk}, "two holders never act together"
    assert clear("devices", by=BY, reason="still?", force=True) == LockState.STOPPING
    # What the worker does when the processes are gone.
    end_slots([slot.name], status=Status.TIMEOUT, why="killed", by=BY)
    assert holders("devices") == set()
    assert clear("devices", by=BY, reason="and now?") == LockState.FREE
    assert AuditEvent.objects.filter(verb="force_cancel").count() == 1


def test_a_holder_whose_cancel_is_overdue_is_killed_without_force(dead_end: tuple[Job, Slot]) -> None:
    job, _ = dead_end
    cancel(job.uuid, by=BY, reason="enough")
    with pytest.raises(LockHeld):
        clear("devices", by=BY, reason="it was canceled just now")
    Job.objects.filter(pk=job.pk).update(status_changed_at=timezone.now() - timedelta(seconds=36))
    assert clear("devices", by=BY, reason="30 s and 5 are over") == LockState.STOPPING
    job.refresh_from_db()
    assert job.forced_at is not None
    assert holders("devices") == {job.pk}, "until its worker has killed it"


def test_a_reason_and_a_known_name_are_asked_for(dead_end: tuple[Job, Slot]) -> None:
    for verb in (clear, free):
        with pytest.raises(InvalidSubmission, match="reason: is empty"):
            verb("devices", by=BY, reason=" ")
        with pytest.raises(NoSuchLock):
            verb("nothing", by=BY, reason="why not")


@pytest.mark.parametrize("retry", [False, True])
def test_freeing_cancels_the_holder_and_retries_it_if_wanted(
    dead_end: tuple[Job, Slot], submit: Enqueue, retry: Any
) -> None:
    job, slot = dead_end
    held = Job.objects.get(pk=job.pk)
    waiting = submit({"scan": 1}, locks=exclusive("devices"))
    assert free("devices", by=BY, reason="it hangs", retry=retry) == LockState.STOPPING
    assert (chain(job), holders("devices")) == ([], {job.pk}), "nothing before its end"
    claimed = claimed_of(slot, held)
    assert finish(slot, claimed, DONE).accepted
    job.refresh_from_db()
    assert job.status == Status.CANCELED
    made = chain(job)
    assert len(made) == retry
    second = run(slot)
    assert second.uuid == waiting.uuid
    assert line("devices") == [attempt.pk for attempt in made], "it goes to the end of the line"
    assert AuditEvent.objects.get(verb="free_lock").after == {"canceled": [str(job.uuid)], "retry": retry}


def test_a_retry_that_was_asked_for_is_made_though_the_process_dies(dead_end: tuple[Job, Slot]) -> None:
    job, slot = dead_end
    free("devices", by=BY, reason="it hangs", retry=True)
    end_slots([slot.name], status=Status.ERRORED, why="its process died", by=BY)
    assert [attempt.retries_left for attempt in chain(job)] == [1]


def claimed_of(slot: Slot, job: Job) -> Any:
    """As the slot knows it after a broken connection: with its fence."""

    own = own_job(slot)
    assert own is not None
    assert own.id == job.pk
    assert own.fence == {"devices": 1}
    return own


def test_a_missed_wake_is_found_by_the_sweep(
    dead_end: tuple[Job, Slot], submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    waiting = [submit({"scan": 1}, locks=exclusive("devices")) for _ in range(3)]
    JobLock.objects.all().delete()
    slot = new_slot(new_worker({"scan": 4}))
    assert claim(slot).job is None
    assert sweep() == ""
    sweep()
    assert line("devices") == [job.pk for job in waiting[1:]], "one is enough"
    assert run(slot).uuid == waiting[0].uuid


def test_sweeps_go_round_over_many_lines(submit: Enqueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.engine.lines.SWEEP_LINES", 2)
    for name in ("a", "b", "c"):
        submit({"scan": 1}, locks=shared(name))
        submit({"scan": 1}, locks=exclusive(name))
    Job.objects.filter(ready=True).delete()
    after = ""
    for left in (["c"], []):
        after = sweep(after)
        in_line = Job.objects.filter(blocked_by__isnull=False).order_by("blocked_by")
        assert list(in_line.values_list("blocked_by", flat=True)) == left
    assert after == ""
