"""Rescue times and recovery, over histories that were written by hand."""

import json
from pathlib import Path

import pytest

from benchmarks.chaos import rows
from benchmarks.chaos.evidence import Asked, Struck
from benchmarks.chaos.figures import percentile, recoveries, rescue_seconds
from benchmarks.chaos.ledger import append
from benchmarks.chaos.places import Places
from benchmarks.chaos.report import figures
from tests.chaos.histories import history, line, ran, row

KILLED = Struck(at=10.0, fault="worker_kill", worker="w1", pids=[7, 8])


def test_a_rescue_is_timed_from_the_kill_to_the_end_of_the_row() -> None:
    seen = history(
        [],
        [
            row("a", "worker_dead", slot="b:7", started_at=9.0, ended_at=24.0),
            row("another process", "done", slot="b:9", started_at=9.0, ended_at=24.0),
            row("another worker", "done", slot="b:7", worker="w2", started_at=9.0, ended_at=24.0),
            row("ended before", "done", slot="b:8", started_at=9.0, ended_at=9.5),
            row("started after", "done", slot="b:8", started_at=11.0, ended_at=12.0),
        ],
        faults=[KILLED],
    )
    assert rescue_seconds(seen, "worker_kill") == [14.0]


def test_recovery_compares_the_ten_seconds_after_with_those_before() -> None:
    before = [ran(f"b{n}", n - 0.5, n) for n in range(1, 11)]
    after = [ran(f"a{n}", n - 0.5, n + 0.1) for n in range(14, 22)]
    restart = Struck(at=10.5, fault="postgres_restart", back_at=13.0)
    [(_, ratio)] = recoveries(history([*before, *after], [], faults=[restart]))
    assert ratio == pytest.approx(0.8)


def test_of_no_value_there_is_no_percentile() -> None:
    assert percentile([], 0.99) is None
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_the_figures_have_the_keys_that_are_promised() -> None:
    seen = history([ran("a", 1, 2)], [row("a")], asked=[Asked(at=0, what="submit", status=202, job="a")])
    told = figures(seen, [])
    assert told["accepted"] == 1
    wanted = "accepted lost double over_capacity lock_overlap stuck rescue_p99_s recovery_ratio"
    assert set(wanted.split()) <= set(told)


def test_the_files_of_a_run_are_read_back(tmp_path: Path) -> None:
    places = Places(tmp_path / "evidence").make()
    places.setting.write_text(json.dumps({"seed": 1, "totals": {"w1": {"scan": 2}}, "slots": {"w1": 2}}))
    start = line(1.0, "start", "a")
    told = {name: getattr(start, name) for name in start.__slots__}
    append(places.ledger / "w1.jsonl", told)
    append(places.client, {"at": 0.5, "what": "submit", "status": 202, "job": "a", "sent": {}})
    append(places.faults, {"at": 10.0, "fault": "worker_kill", "worker": "w1", "pids": [7]})
    append(places.samples, {"at": 2.0, "error": "away"})
    seen = rows.evidence(places)
    assert list(seen.lines) == [start]
    assert [asked.job for asked in seen.asked] == ["a"]
    assert seen.faults[0].pids == [7]
    assert seen.samples == []
