"""Whom a worker keeps capacity free for."""

from typing import Any

from jobs.holds import Contender, Here, choose, giving_way
from workers import capacity

SMALL, BIG, OTHER, BOTH, HUGE = 1, 2, 3, 4, 5
NEEDS: dict[int, dict[str, int]] = {
    SMALL: {"scan": 1},
    BIG: {"scan": 2},
    OTHER: {"check": 1},
    BOTH: {"scan": 1, "check": 1},
    HUGE: {"scan": 9},
}


def _here(*running: int, total: dict[str, int] | None = None, slots: int = 4) -> Here:
    """A worker that runs these classes, the last of them newest."""
    held = total or {"scan": 2, "check": 1}
    return Here(
        total=held,
        free=capacity.free(held, [(NEEDS[class_id], 1) for class_id in running]),
        slot_free=len(running) < slots,
        newest={class_id: float(len(running) - n) for n, class_id in enumerate(running)},
        needs=NEEDS.__getitem__,
    )


def _waits(class_id: int, waited: float = 60, **fields: Any) -> Contender:
    return Contender(**{"job": 100 + class_id, "class_id": class_id, "priority": 0, "waited": waited, **fields})


def _chosen(*contenders: Contender, here: Here, held: Contender | None = None) -> int | None:
    found = choose(contenders, held=held, here=here, after=5)
    return found.class_id if found else None


def test_a_job_that_others_pass_is_chosen_once_it_has_waited() -> None:
    assert _chosen(_waits(SMALL), _waits(BIG, 4.9), here=_here(SMALL, SMALL)) is None
    assert _chosen(_waits(SMALL), _waits(BIG, 5.1), here=_here(SMALL, SMALL)) == BIG


def test_what_can_start_at_once_needs_no_hold() -> None:
    assert _chosen(_waits(BIG), here=_here(OTHER)) is None
    assert _chosen(_waits(SMALL), here=_here(SMALL)) is None


def test_what_the_worker_could_never_hold_blocks_nobody() -> None:
    assert _chosen(_waits(HUGE, priority=9), _waits(SMALL), here=_here(SMALL, SMALL)) is None
    assert _chosen(_waits(HUGE, priority=9), _waits(BIG), here=_here(SMALL, SMALL)) == BIG


def test_jobs_of_one_class_pass_nobody() -> None:
    assert _chosen(_waits(SMALL), here=_here(SMALL, SMALL)) is None


def test_small_jobs_before_a_big_one_in_line_are_not_starved_by_big_ones() -> None:
    """A big job runs and another waits: the small one, which was there before, is next."""
    assert _chosen(_waits(SMALL), _waits(BIG), here=_here(BIG)) == SMALL


def test_a_higher_priority_waits_for_no_time_to_pass() -> None:
    urgent = _waits(BIG, 0.1, priority=5)
    assert _chosen(urgent, _waits(SMALL), here=_here(SMALL, SMALL)) == BIG
    assert _chosen(urgent, here=_here(SMALL, SMALL)) is None, "nobody would pass it"
    assert _chosen(urgent, _waits(OTHER), here=_here(SMALL, SMALL)) is None, "they do not compete"


def test_a_hold_stays_until_its_job_starts() -> None:
    held = _waits(BIG, 6)
    older = _waits(BOTH, 600)
    assert _chosen(older, held, here=_here(SMALL, SMALL), held=held) == BIG
    assert _chosen(older, held, here=_here(), held=held) == BIG, "its capacity is free: it starts in a moment"


def test_a_hold_gives_way_to_a_higher_priority() -> None:
    held = _waits(BIG, 6)
    urgent = _waits(BOTH, 0.1, priority=1)
    assert _chosen(urgent, held, here=_here(SMALL, SMALL), held=held) == BOTH


def test_a_hold_ends_when_the_capacity_was_cut_below_its_need() -> None:
    held = _waits(BIG, 6)
    assert _chosen(held, here=_here(SMALL, total={"scan": 1}), held=held) is None


def test_a_slot_can_be_all_that_is_missing() -> None:
    here = _here(OTHER, OTHER, total={"scan": 2, "check": 2}, slots=2)
    assert _chosen(_waits(OTHER), _waits(BIG), here=here) == BIG
    assert giving_way(_waits(BIG), NEEDS, here) == [SMALL, OTHER, BOTH, HUGE]
    assert giving_way(_waits(BIG), NEEDS, _here(SMALL, OTHER, slots=2)) == [SMALL, BOTH, HUGE], "units are missing too"


def test_of_two_that_were_passed_the_first_in_line_is_chosen() -> None:
    here = _here(SMALL, SMALL, total={"scan": 2, "check": 1})
    assert _chosen(_waits(SMALL), _waits(BOTH, 30), _waits(BIG, 20), here=here) == BOTH
