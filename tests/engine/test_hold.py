"""Holds: small jobs pass a big one, but not for ever."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import LazySettings

from jobs.engine.claim import claim
from jobs.engine.finish import finish, own_job
from jobs.engine.slot import Claimed, Slot
from jobs.models import Job
from jobs.runner.node import Node
from jobs.states import Status
from tests.engine.busy import DONE, Busy, held, long_ago, starts
from tests.engine.conftest import Enqueue, MainProcess, NewSlot, NewWorker
from workers.presence import Identity

pytestmark = pytest.mark.slow


@pytest.fixture
def busy(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> Busy:
    return Busy(submit, new_worker, new_slot)


def test_slots_give_way_until_the_big_jobstarts(busy: Busy, main_process: MainProcess) -> None:
    main_process(busy.worker)
    assert held() == [busy.big.pk]
    assert busy.hand_over(0) is None, "one unit is kept"
    assert claim(busy.slots[0]).job is None, "by the counted claim as well"
    assert busy.hand_over(1) is None
    assert starts(busy.slots[1]).uuid == busy.big.uuid


def test_the_main_process_holds_at_its_look_and_lets_go_when_it_stops(
    busy: Busy, rung: list[tuple[str, float]]
) -> None:
    node = Node(identity=busy.worker, grace_seconds=60, worker=SimpleNamespace(pool=None))
    try:
        node._turn()
        assert held() == [busy.big.pk]
        node.stop()
        node._turn()
        assert held() == []
    finally:
        node._known.session.reset()


def test_a_job_that_has_not_waited_is_passed(busy: Busy, main_process: MainProcess) -> None:
    long_ago(busy.big, 0)
    main_process(busy.worker)
    assert held() == []
    assert busy.hand_over(0) is not None


def test_without_a_hold_the_big_job_never_starts_and_with_it_all_do(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess, settings: LazySettings
) -> None:
    """Two slots take turns; a small job follows each one that started, so that there is always one to pass."""
    busy = Busy(submit, new_worker, new_slot)
    running: dict[int, Claimed | None] = dict(enumerate(busy.running))
    big = {busy.big.uuid, *(long_ago(submit({"scan": 2}), 59).uuid for _ in range(3))}
    started: set[object] = set()

    def step(number: int) -> None:
        ended = running[number]
        job = finish(busy.slots[number], ended, DONE).job if ended else None
        running[number] = job = job or claim(busy.slots[number]).job
        assert _units_in_use(busy.worker) <= 2
        if job and job.uuid in big:
            started.add(job.uuid)
        elif job:
            long_ago(submit({"scan": 1}), 3600)

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
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess
) -> None:
    first = long_ago(submit({"scan": 2}))
    worker = new_worker({"scan": 2})
    slot = new_slot(worker)
    running = starts(slot)
    assert running.uuid == first.uuid
    small = long_ago(submit({"scan": 1}), 50)
    for waited in (49, 48, 47):
        long_ago(submit({"scan": 2}), waited)
    main_process(worker)
    assert held() == [small.pk]
    following = finish(slot, running, DONE).job or claim(slot).job
    assert following is not None
    assert following.uuid == small.uuid


def test_types_that_the_held_job_does_not_need_go_on(
    busy: Busy, submit: Enqueue, new_slot: NewSlot, main_process: MainProcess
) -> None:
    checks = [submit({"check": 1}) for _ in range(2)]
    submit({"scan": 1, "check": 1}, priority=0)
    main_process(busy.worker)
    assert busy.hand_over(0) is None
    slot = new_slot(busy.worker)
    running = starts(slot)
    assert running.uuid == checks[0].uuid
    following = finish(slot, running, DONE).job
    assert following is not None
    assert following.uuid == checks[1].uuid


def test_a_higher_priority_that_needs_more_than_a_slot_owns_is_held_for_at_once(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess
) -> None:
    busy = Busy(submit, new_worker, new_slot, priority=5)
    long_ago(busy.big, 0)
    main_process(busy.worker)
    assert held() == [busy.big.pk]
    assert [busy.hand_over(0), busy.hand_over(1)] == [None, None]
    assert starts(busy.slots[0]).uuid == busy.big.uuid


def test_a_job_of_a_higher_priority_passes_a_hold(busy: Busy, submit: Enqueue, main_process: MainProcess) -> None:
    main_process(busy.worker)
    urgent = submit({"scan": 1}, priority=1)
    following = busy.hand_over(0)
    assert following is not None
    assert following.uuid == urgent.uuid
    assert busy.hand_over(1) is None, "the rest of its class does not"


def test_the_hold_moves_to_a_higher_priority(busy: Busy, submit: Enqueue, main_process: MainProcess) -> None:
    main_process(busy.worker)
    urgent = submit({"scan": 2, "check": 1}, priority=1)
    main_process(busy.worker)
    assert held() == [urgent.pk]


def test_a_slot_is_kept_when_a_slot_is_all_that_is_missing(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, main_process: MainProcess
) -> None:
    for _ in range(4):
        submit({"check": 1})
    worker = new_worker({"scan": 1, "check": 2}, slots=2)
    slots = [new_slot(worker) for _ in range(2)]
    running = [starts(slot) for slot in slots]
    waiting = long_ago(submit({"scan": 1}))
    assert finish(slots[1], running[1], DONE).job is not None, "checks hand over to checks"
    main_process(worker)
    assert finish(slots[0], running[0], DONE).job is None
    assert starts(slots[0]).uuid == waiting.uuid
    own = _job_of(slots[1])
    assert finish(slots[1], own, DONE).job is not None, "nobody gives way any more"


def _job_of(slot: Slot) -> Claimed:
    found = own_job(slot)
    assert found is not None
    return found
