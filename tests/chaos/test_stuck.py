"""Stuck: only what waits beside a free slot that fits, all the time, with nothing better-ranked before it."""

from typing import Any

from benchmarks.chaos.evidence import Sample
from benchmarks.chaos.stuck import stuck

Fields = dict[str, Any]


def job(name: str, **fields: Any) -> Fields:
    told = {"job": name, "id": 1, "priority": 0, "scheduled_at": 0.0, "needs": {"scan": 1}, "locks": {}}
    return {**told, "blocked_by": None, "worker_id": None, "ran": False, **fields}


def worker(**fields: Any) -> Fields:
    told = {"id": 1, "name": "w1", "state": "running", "lease_left": 14.0, "silent": 1.0, "age": 60.0}
    return {**told, "held_for": None, "slots": 2, "total": {"scan": 2}, **fields}


def samples(*, seconds: float = 6, **fields: Any) -> list[Sample]:
    """The same picture twice a second."""
    return [
        Sample(at=n / 2, **{"workers": [worker()], "waiting": [job("a")], **fields}) for n in range(int(seconds * 2))
    ]


def _found(seen: list[Sample], disturbed: list[tuple[float, float]] | None = None) -> list[str]:
    return [violation.text.split()[1] for violation in stuck(seen, disturbed or [])]


def test_a_job_beside_a_free_slot_is_stuck_after_five_seconds() -> None:
    assert _found(samples(seconds=5)) == []
    assert _found(samples(seconds=6)) == ["a"]


def test_a_full_worker_is_no_room() -> None:
    busy = [job("b", worker_id=1, needs={"scan": 2})]
    assert _found(samples(occupying=busy)) == []


def test_a_worker_without_a_free_slot_is_no_room() -> None:
    busy = [job(name, worker_id=1, needs={}) for name in ("b", "c")]
    assert _found(samples(occupying=busy)) == []


def test_a_worker_that_is_silent_drains_or_has_just_started_is_no_room() -> None:
    for state in ({"silent": 4.0}, {"state": "draining"}, {"age": 3.0}, {"lease_left": -1.0}):
        assert _found(samples(workers=[worker(**state)])) == []


def test_a_worker_that_is_held_for_another_job_is_no_room() -> None:
    assert _found(samples(workers=[worker(held_for="b")])) == []
    assert _found(samples(workers=[worker(held_for="a")])) == ["a"]


def test_a_lock_that_another_holds_is_in_the_way() -> None:
    waits = [job("a", locks={"devices": "shared"})]
    holder = [job("b", worker_id=2, locks={"devices": "exclusive"})]
    assert _found(samples(waiting=waits, occupying=holder)) == []
    sharer = [job("b", worker_id=2, locks={"devices": "shared"})]
    assert _found(samples(waiting=waits, occupying=sharer)) == ["a"]


def test_a_better_ranked_job_that_starts_goes_first() -> None:
    seen = samples(seconds=4) + [
        Sample(at=4.0 + n / 2, workers=[worker()], waiting=[job("a")], ended=[job("b", priority=5, ran=True)])
        for n in range(8)
    ]
    assert _found(seen) == []


def test_a_worse_ranked_job_that_starts_does_not_excuse() -> None:
    seen = samples(seconds=4) + [
        Sample(at=4.0 + n / 2, workers=[worker()], waiting=[job("a")], ended=[job("b", id=2, ran=True)])
        for n in range(8)
    ]
    assert _found(seen) == ["a"]


def test_a_gap_between_snapshots_starts_the_count_anew() -> None:
    seen = samples(seconds=4)
    later = [Sample(at=10 + n / 2, workers=[worker()], waiting=[job("a")]) for n in range(8)]
    assert _found(seen + later) == []


def test_a_service_that_was_away_is_given_its_settle_time() -> None:
    assert _found(samples(seconds=12), [(0.0, 1.0)]) == []
    assert _found(samples(seconds=18), [(0.0, 1.0)]) == ["a"]
