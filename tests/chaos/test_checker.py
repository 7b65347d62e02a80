"""The checker finds each kind of violation in a history that was written by hand, and nothing in a clean one."""

from typing import Any

import pytest

from benchmarks.chaos.evidence import Asked, Evidence, Sample, Struck
from benchmarks.chaos.report import violations
from tests.chaos.histories import history, line, ran, row

CLEAN = history(
    [
        ran("a", 1, 2, devices=1),
        ran("b", 1.5, 2.5),
        ran("c", 2.1, 3, devices=2),
        [line(4, "start", "d")],
        ran("e", 9, 10),
    ],
    [
        row("a", locks={"devices": "exclusive"}),
        row("b"),
        row("c", locks={"devices": "exclusive"}),
        row("d", "worker_dead", retries_left=1, next="e", ended_at=8.0),
        row("e", original="d"),
        row("f", "canceled", slot=None, started_at=None),
    ],
)


def _rules(seen: Evidence) -> set[str]:
    return {violation.rule for violation in violations(seen)}


def test_a_clean_history_passes() -> None:
    assert violations(CLEAN) == []


BROKEN: dict[str, tuple[str, Evidence]] = {
    "an accepted job has no row": (
        "lost",
        history([], [], asked=[Asked(at=0, what="submit", status=202, job="a")]),
    ),
    "a job never ends": ("lost", history([[line(1, "start", "a")]], [row("a", "running", ended_at=None)])),
    "a retry that is due is not made": ("lost", history([], [row("a", "errored", retries_left=1)])),
    "a row is run twice": ("double", history([ran("a", 1, 2), ran("a", 3, 4, run="again")], [row("a")])),
    "a result comes from no run": ("double", history([], [row("a", run="forged")])),
    "a result comes from a run that did not end": ("double", history([[line(1, "start", "a")]], [row("a")])),
    "two attempts of a chain have results": (
        "double",
        history([ran("a", 1, 2), ran("b", 3, 4)], [row("a", retries_left=1), row("b", original="a")]),
    ),
    "two retries are made of one end": (
        "double",
        history(
            [],
            [
                row("a", "errored", retries_left=1, next="b"),
                row("b", "errored", original="a"),
                row("c", "errored", original="a"),
            ],
        ),
    ),
    "an end does not stand": (
        "double",
        history([ran("a", 1, 2)], [row("a")], samples=[Sample(at=3, ended=[{"job": "a", "status": "worker_dead"}])]),
    ),
    "three units of two are used": (
        "over_capacity",
        history([ran("a", 1, 3), ran("b", 2, 4)], [row("a", needs={"scan": 2}), row("b")]),
    ),
    "three jobs run in two slots": (
        "over_capacity",
        history(
            [ran("a", 1, 3), ran("b", 1, 3), ran("c", 2, 4)],
            [row("a", needs={}), row("b", needs={}), row("c", needs={})],
        ),
    ),
    "a killed run still uses its units up to its last act": (
        "over_capacity",
        history(
            [[line(1, "start", "a"), line(3, "act", "a")], ran("b", 2, 4)],
            [row("a", "worker_dead", needs={"scan": 2}, ended_at=3.0), row("b")],
        ),
    ),
    "two hold a lock exclusively": (
        "lock_overlap",
        history(
            [ran("a", 1, 3), ran("b", 2, 4, worker="w2")],
            [row("a", locks={"devices": "exclusive"}), row("b", locks={"devices": "exclusive"})],
        ),
    ),
    "one shares what another holds exclusively": (
        "lock_overlap",
        history(
            [ran("a", 1, 3), ran("b", 2, 4, worker="w2")],
            [row("a", locks={"devices": "shared"}), row("b", locks={"devices": "exclusive"})],
        ),
    ),
    "a fence is given twice": (
        "fence",
        history([ran("a", 1, 2, devices=5), ran("b", 3, 4, devices=5)], [row("a"), row("b")]),
    ),
    "a fence falls": (
        "fence",
        history([ran("a", 1, 2, devices=5), ran("b", 3, 4, devices=4)], [row("a"), row("b")]),
    ),
    "the fence of a frozen holder is not below that of the next": (
        "fence",
        history(
            [ran("a", 1, 21, devices=3), ran("b", 17, 25, worker="w2", devices=2)],
            [
                row("a", "worker_dead", ended_at=16.0, locks={"devices": "exclusive"}),
                row("b", worker="w2", locks={"devices": "exclusive"}),
            ],
            faults=[Struck(at=2, fault="worker_freeze", worker="w1", back_at=20)],
        ),
    ),
    "a run goes on after its row was ended": (
        "outlived",
        history([ran("a", 1, 9)], [row("a", "worker_dead", ended_at=5.0)]),
    ),
    "a frozen run goes on for long after it woke": (
        "outlived",
        history(
            [ran("a", 1, 60)],
            [row("a", "worker_dead", ended_at=16.0)],
            faults=[Struck(at=2, fault="worker_freeze", worker="w1", back_at=20)],
        ),
    ),
}


@pytest.mark.parametrize(("rule", "seen"), BROKEN.values(), ids=BROKEN)
def test_a_broken_history_is_found(rule: str, seen: Evidence) -> None:
    assert _rules(seen) == {rule}


def test_sharers_may_overlap() -> None:
    sharing: dict[str, Any] = {"locks": {"devices": "shared"}}
    assert violations(history([ran("a", 1, 3), ran("b", 2, 4)], [row("a", **sharing), row("b", **sharing)])) == []


def test_sharers_may_start_in_another_order_than_they_acquired() -> None:
    sharing: dict[str, Any] = {"locks": {"devices": "shared"}}
    seen = history([ran("a", 1, 3, devices=2), ran("b", 2, 4, devices=1)], [row("a", **sharing), row("b", **sharing)])
    assert violations(seen) == []


def test_what_a_frozen_holder_does_when_it_wakes_is_for_the_fence_to_stop() -> None:
    seen = history(
        [ran("a", 1, 21, devices=1), ran("b", 17, 25, worker="w2", devices=2)],
        [
            row("a", "worker_dead", ended_at=16.0, locks={"devices": "exclusive"}),
            row("b", worker="w2", locks={"devices": "exclusive"}),
        ],
        faults=[Struck(at=2, fault="worker_freeze", worker="w1", back_at=20)],
    )
    assert violations(seen) == []


def test_a_counterexample_names_the_job_and_shows_its_lines() -> None:
    [found] = violations(history([ran("a", 1, 2), ran("a", 3, 4, run="again")], [row("a")]))
    assert "job a was run 2 times" in str(found)
    assert len(str(found).splitlines()) == 5
