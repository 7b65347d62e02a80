"""A hold that lost its job or its worker holds nobody up; and who holds where there are several workers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jobs.engine.actor import Actor, engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.finish import finish
from jobs.engine.hold import place
from jobs.engine.rescue import rescue
from jobs.models import Hold, Job, Pause
from tests.engine.busy import DONE, Busy, held, long_ago, starts
from tests.engine.conftest import Enqueue, MainProcess, NewSlot, NewWorker
from workers.models import Worker, WorkerState

pytestmark = pytest.mark.slow


@pytest.fixture
def busy(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> Busy:
    return Busy(submit, new_worker, new_slot)


def _lose_by_cancel(busy: Busy, by: Actor) -> None:
    cancel(busy.big.uuid, by=by)


def _lose_by_delete(busy: Busy, by: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_job WHERE id = %s", [busy.big.pk])


def _lose_by_pause(busy: Busy, by: Actor) -> None:
    Job.objects.filter(pk=busy.big.pk).update(paused=True)


def _lose_by_lock(busy: Busy, by: Actor) -> None:
    Job.objects.filter(pk=busy.big.pk).update(blocked_by="devices")


@pytest.mark.parametrize("lose", [_lose_by_cancel, _lose_by_delete, _lose_by_pause, _lose_by_lock])
def test_a_hold_that_lost_its_job_holds_nobody_up(
    lose: Callable[[Busy, Actor], None], busy: Busy, by: Actor, main_process: MainProcess
) -> None:
    main_process(busy.worker)
    lose(busy, by)
    assert held() == [busy.big.pk], "nobody has cleaned up yet"
    assert busy.hand_over(0) is not None
    main_process(busy.worker)
    assert held() == []


def test_a_hold_ends_when_the_class_of_its_job_is_paused(busy: Busy, main_process: MainProcess) -> None:
    main_process(busy.worker)
    Pause.objects.create(kind="class", name="scan=2")
    main_process(busy.worker)
    assert held() == []


def test_a_hold_whose_job_starts_elsewhere_holds_nobody_up(
    busy: Busy, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess
) -> None:
    main_process(busy.worker)
    other = new_slot(new_worker({"scan": 2}))
    Job.objects.filter(pk=busy.big.pk).update(priority=1)
    assert starts(other).uuid == busy.big.uuid
    assert busy.hand_over(0) is not None
    assert busy.hand_over(1) is not None


@pytest.mark.parametrize("fate", ["draining", "stopped", "dead"])
def test_a_hold_of_a_worker_that_is_gone_is_taken_over(
    fate: str, busy: Busy, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess
) -> None:
    main_process(busy.worker)
    other = new_worker({"scan": 2})
    slot = new_slot(other)
    running = starts(slot)
    lost = {"lease_until": timezone.now() - timedelta(days=1)} if fate == "dead" else {"state": fate}
    Worker.objects.filter(pk=busy.worker.worker_id).update(**lost)
    rescue(by=engine_actor("test"))
    assert held() == []
    main_process(other)
    assert list(Hold.objects.values_list("worker_id", "job_id")) == [(other.worker_id, busy.big.pk)]
    assert finish(slot, running, DONE).job is None


def test_a_draining_worker_ends_its_hold_itself(busy: Busy, main_process: MainProcess) -> None:
    main_process(busy.worker)
    Worker.objects.filter(pk=busy.worker.worker_id).update(state=WorkerState.DRAINING)
    main_process(busy.worker)
    assert held() == []


def test_a_hold_ends_when_the_capacity_is_cut_below_its_need(busy: Busy, main_process: MainProcess) -> None:
    main_process(busy.worker)
    Worker.objects.filter(pk=busy.worker.worker_id).update(capacity_override={"scan": 1})
    main_process(busy.worker)
    assert held() == []


def test_an_earlier_boot_places_no_hold(busy: Busy, new_slot: NewSlot) -> None:
    session = new_slot(busy.worker).session
    assert not place(session, worker_id=busy.worker.worker_id, boot_id="another", job=busy.big.pk, giving_way=[])
    assert held() == []


def test_a_job_is_held_for_at_one_worker_and_the_next_of_its_class_at_another(
    busy: Busy, submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess
) -> None:
    other = new_worker({"scan": 2})
    assert claim(new_slot(other)).job is not None
    assert claim(new_slot(other)).job is not None
    for worker in (busy.worker, other):
        main_process(worker)
    assert list(Hold.objects.values_list("worker_id", "job_id")) == [(busy.worker.worker_id, busy.big.pk)]
    second = long_ago(submit({"scan": 2}), 30)
    main_process(other)
    assert sorted(held()) == [busy.big.pk, second.pk]


def test_two_workers_that_choose_the_same_job_at_once_are_told_apart(
    busy: Busy, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    workers = [busy.worker, new_worker({"scan": 2})]
    placed = [
        place(new_slot(one).session, worker_id=one.worker_id, boot_id=one.boot_id, job=busy.big.pk, giving_way=[])
        for one in workers
    ]
    assert placed == [True, False]
