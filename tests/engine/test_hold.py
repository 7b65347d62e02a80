"""Holds: small jobs pass a big one, but not for ever."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from django.utils import timezone

from jobs.engine.actor import Actor, engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.finish import Outcome, finish
from jobs.engine.hold import place
from jobs.engine.look import look
from jobs.engine.rescue import rescue
from jobs.engine.slot import Claimed, Slot
from jobs.models import Hold, Job, Pause
from jobs.runner.keeper import keep
from jobs.runner.node import Node
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker
from workers.models import Worker, WorkerState
from workers.presence import Identity

DONE = Outcome(status=Status.DONE)
Look = Callable[[Identity], None]


@pytest.fixture
def main_process(new_slot: NewSlot) -> Look:
    """One look of a worker's main process, and what it does about its hold."""

    def turn(worker: Identity) -> None:
        known = new_slot(worker)
        classes = [one.id for one in known.classes()]
        seen = look(
            known.session, worker_id=worker.worker_id, boot_id=worker.boot_id, lease=settings.LEASE, classes=classes
        )
        keep(known, seen)
        known.session.reset()

    return turn


def _long_ago(job: Job, seconds: float = 60) -> Job:
    Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now() - timedelta(seconds=seconds))
    return job


def _starts(slot: Slot) -> Claimed:
    found = claim(slot).job
    assert found is not None
    return found


def _held() -> list[int]:
    return list(Hold.objects.values_list("job_id", flat=True))


class Busy:
    """A worker of scan=2, check=1 that runs two jobs of one unit while more of them and a big one wait."""

    def __init__(self, submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, *, priority: int = 0) -> None:
        self.small = [_long_ago(submit({"scan": 1}), 3600) for _ in range(6)]
        self.worker = new_worker({"scan": 2, "check": 1})
        self.slots = [new_slot(self.worker) for _ in range(2)]
        self.running = [_starts(slot) for slot in self.slots]
        self.big = _long_ago(submit({"scan": 2}, priority=priority))

    def hand_over(self, number: int) -> Claimed | None:
        return finish(self.slots[number], self.running[number], DONE).job


@pytest.fixture
def busy(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> Busy:
    return Busy(submit, new_worker, new_slot)


def test_slots_give_way_until_the_big_job_starts(busy: Busy, main_process: Look) -> None:
    main_process(busy.worker)
    assert _held() == [busy.big.pk]
    assert busy.hand_over(0) is None, "one unit is kept"
    assert claim(busy.slots[0]).job is None, "by the counted claim as well"
    assert busy.hand_over(1) is None
    assert _starts(busy.slots[1]).uuid == busy.big.uuid


def test_the_main_process_holds_at_its_look_and_lets_go_when_it_stops(
    busy: Busy, rung: list[tuple[str, float]]
) -> None:
    node = Node(identity=busy.worker, grace_seconds=60, worker=SimpleNamespace(pool=None))
    try:
        node._turn()
        assert _held() == [busy.big.pk]
        node.stop()
        node._turn()
        assert _held() == []
    finally:
        node._known.session.reset()


def test_a_job_that_has_not_waited_is_passed(busy: Busy, main_process: Look) -> None:
    _long_ago(busy.big, 0)
    main_process(busy.worker)
    assert _held() == []
    assert busy.hand_over(0) is not None


def test_without_a_hold_the_big_job_never_starts_and_with_it_all_do(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: Look, settings: LazySettings
) -> None:
    """Two slots take turns; a small job follows each one that started, so that there is always one to pass."""
    busy = Busy(submit, new_worker, new_slot)
    running: dict[int, Claimed | None] = dict(enumerate(busy.running))
    big = {busy.big.uuid, *(_long_ago(submit({"scan": 2}), 59).uuid for _ in range(3))}
    started: set[object] = set()

    def step(number: int) -> None:
        ended = running[number]
        job = finish(busy.slots[number], ended, DONE).job if ended else None
        running[number] = job = job or claim(busy.slots[number]).job
        assert _units_in_use(busy.worker) <= 2
        if job and job.uuid in big:
            started.add(job.uuid)
        elif job:
            _long_ago(submit({"scan": 1}), 3600)

    settings.HOLD_AFTER = timedelta(days=1)
    for turn in range(40):
        main_process(busy.worker)
        step(turn % 2)
    assert started == set()
    settings.HOLD_AFTER = timedelta(seconds=5)
    small = Job.objects.filter(status=Status.DONE, capacity_class__name="scan")
    before = small.count()
    for turn in range(40):
        main_process(busy.worker)
        step(turn % 2)
    assert started == big
    assert small.count() > before + 4, "the small ones go on between them"


def _units_in_use(worker: Identity) -> int:
    running = Job.objects.occupying().filter(worker_id=worker.worker_id)
    return sum(needs.get("scan", 0) for needs in running.values_list("capacity_class__needs", flat=True))


def test_endless_big_jobs_do_not_starve_a_small_one_before_them(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: Look
) -> None:
    first = _long_ago(submit({"scan": 2}))
    worker = new_worker({"scan": 2})
    slot = new_slot(worker)
    running = _starts(slot)
    assert running.uuid == first.uuid
    small = _long_ago(submit({"scan": 1}), 50)
    for waited in (49, 48, 47):
        _long_ago(submit({"scan": 2}), waited)
    main_process(worker)
    assert _held() == [small.pk]
    following = finish(slot, running, DONE).job or claim(slot).job
    assert following is not None
    assert following.uuid == small.uuid


def test_types_that_the_held_job_does_not_need_go_on(
    busy: Busy, submit: Enqueue, new_slot: NewSlot, main_process: Look
) -> None:
    checks = [submit({"check": 1}) for _ in range(2)]
    submit({"scan": 1, "check": 1}, priority=0)
    main_process(busy.worker)
    assert busy.hand_over(0) is None
    slot = new_slot(busy.worker)
    running = _starts(slot)
    assert running.uuid == checks[0].uuid
    following = finish(slot, running, DONE).job
    assert following is not None
    assert following.uuid == checks[1].uuid


def test_a_higher_priority_that_needs_more_than_a_slot_owns_is_held_for_at_once(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: Look
) -> None:
    busy = Busy(submit, new_worker, new_slot, priority=5)
    _long_ago(busy.big, 0)
    main_process(busy.worker)
    assert _held() == [busy.big.pk]
    assert [busy.hand_over(0), busy.hand_over(1)] == [None, None]
    assert _starts(busy.slots[0]).uuid == busy.big.uuid


def test_a_job_of_a_higher_priority_passes_a_hold(busy: Busy, submit: Enqueue, main_process: Look) -> None:
    main_process(busy.worker)
    urgent = submit({"scan": 1}, priority=1)
    following = busy.hand_over(0)
    assert following is not None
    assert following.uuid == urgent.uuid
    assert busy.hand_over(1) is None, "the rest of its class does not"


def test_the_hold_moves_to_a_higher_priority(busy: Busy, submit: Enqueue, main_process: Look) -> None:
    main_process(busy.worker)
    urgent = submit({"scan": 2, "check": 1}, priority=1)
    main_process(busy.worker)
    assert _held() == [urgent.pk]


def test_a_slot_is_kept_when_a_slot_is_all_that_is_missing(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: Look
) -> None:
    for _ in range(4):
        submit({"check": 1})
    worker = new_worker({"scan": 1, "check": 2}, slots=2)
    slots = [new_slot(worker) for _ in range(2)]
    running = [_starts(slot) for slot in slots]
    waiting = _long_ago(submit({"scan": 1}))
    assert finish(slots[1], running[1], DONE).job is not None, "checks hand over to checks"
    main_process(worker)
    assert finish(slots[0], running[0], DONE).job is None
    assert _starts(slots[0]).uuid == waiting.uuid
    own = _job_of(slots[1])
    assert finish(slots[1], own, DONE).job is not None, "nobody gives way any more"


def _job_of(slot: Slot) -> Claimed:
    [row] = slot.session.rows(
        "SELECT id, uuid, action, parameters, capacity_class_id, stop_timeout, retries_left, retries_total, NULL"
        " FROM jobs_job WHERE occupies AND slot = %s",
        (slot.name,),
    )
    found = Claimed.read(row)
    assert found is not None
    return found


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
    lose: Callable[[Busy, Actor], None], busy: Busy, by: Actor, main_process: Look
) -> None:
    main_process(busy.worker)
    lose(busy, by)
    assert _held() == [busy.big.pk], "nobody has cleaned up yet"
    assert busy.hand_over(0) is not None
    main_process(busy.worker)
    assert _held() == []


def test_a_hold_ends_when_the_class_of_its_job_is_paused(busy: Busy, main_process: Look) -> None:
    main_process(busy.worker)
    Pause.objects.create(kind="class", name="scan=2")
    main_process(busy.worker)
    assert _held() == []


def test_a_hold_whose_job_starts_elsewhere_holds_nobody_up(
    busy: Busy, new_worker: NewWorker, new_slot: NewSlot, main_process: Look
) -> None:
    main_process(busy.worker)
    other = new_slot(new_worker({"scan": 2}))
    Job.objects.filter(pk=busy.big.pk).update(priority=1)
    assert _starts(other).uuid == busy.big.uuid
    assert busy.hand_over(0) is not None
    assert busy.hand_over(1) is not None


@pytest.mark.parametrize("fate", ["draining", "stopped", "dead"])
def test_a_hold_of_a_worker_that_is_gone_is_taken_over(
    fate: str, busy: Busy, new_worker: NewWorker, new_slot: NewSlot, main_process: Look
) -> None:
    main_process(busy.worker)
    other = new_worker({"scan": 2})
    slot = new_slot(other)
    running = _starts(slot)
    lost = {"lease_until": timezone.now() - timedelta(days=1)} if fate == "dead" else {"state": fate}
    Worker.objects.filter(pk=busy.worker.worker_id).update(**lost)
    rescue(by=engine_actor("test"))
    assert _held() == []
    main_process(other)
    assert list(Hold.objects.values_list("worker_id", "job_id")) == [(other.worker_id, busy.big.pk)]
    assert finish(slot, running, DONE).job is None


def test_a_draining_worker_ends_its_hold_itself(busy: Busy, main_process: Look) -> None:
    main_process(busy.worker)
    Worker.objects.filter(pk=busy.worker.worker_id).update(state=WorkerState.DRAINING)
    main_process(busy.worker)
    assert _held() == []


def test_a_hold_ends_when_the_capacity_is_cut_below_its_need(busy: Busy, main_process: Look) -> None:
    main_process(busy.worker)
    Worker.objects.filter(pk=busy.worker.worker_id).update(capacity_override={"scan": 1})
    main_process(busy.worker)
    assert _held() == []


def test_an_earlier_boot_places_no_hold(busy: Busy, new_slot: NewSlot) -> None:
    session = new_slot(busy.worker).session
    assert not place(session, worker_id=busy.worker.worker_id, boot_id="another", job=busy.big.pk, giving_way=[])
    assert _held() == []


def test_a_job_is_held_for_at_one_worker_and_the_next_of_its_class_at_another(
    busy: Busy, submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: Look
) -> None:
    other = new_worker({"scan": 2})
    assert claim(new_slot(other)).job is not None
    assert claim(new_slot(other)).job is not None
    for worker in (busy.worker, other):
        main_process(worker)
    assert list(Hold.objects.values_list("worker_id", "job_id")) == [(busy.worker.worker_id, busy.big.pk)]
    second = _long_ago(submit({"scan": 2}), 30)
    main_process(other)
    assert sorted(_held()) == [busy.big.pk, second.pk]


def test_two_workers_that_choose_the_same_job_at_once_are_told_apart(
    busy: Busy, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    workers = [busy.worker, new_worker({"scan": 2})]
    placed = [
        place(new_slot(one).session, worker_id=one.worker_id, boot_id=one.boot_id, job=busy.big.pk, giving_way=[])
        for one in workers
    ]
    assert placed == [True, False]
