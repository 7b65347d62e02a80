"""Each benchmark runs, small, and ends with the figures that it promises. How fast it is, is not asserted here."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.runner.descendants import descendants, is_gone
from jobsite.home import BASE_DIR
from tests.e2e.conftest import wait_until
from tests.up.conftest import top  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
SERVICES = ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "PARAMETERS_KEY", "JOBSITE_HOME")


def bench(*arguments: str, timeout: float = 110) -> subprocess.CompletedProcess[str]:
    """On services of its own, as a person runs it."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(
        command, cwd=BASE_DIR, env=_environ(), text=True, capture_output=True, timeout=timeout, check=False
    )


def _environ() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in SERVICES}


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (
            ("throughput", "--jobs", "300", "--rounds", "1"),
            {"jobs_per_s", "limit_per_s", "ratio", "statements_per_job", "commits_per_job"},
        ),
        (("pickup", "--jobs", "10"), {"p50_ms", "p99_ms", "celery_p50_ms", "celery_p99_ms"}),
        (
            ("backlog", "--jobs", "200", "--small", "100", "--large", "2000", "--rounds", "1"),
            {"small_jobs_per_s", "large_jobs_per_s", "ratio"},
        ),
        (
            ("locks", "--jobs", "200", "--waiters", "2000", "--rounds", "1", "--releases", "20"),
            {
                "without_jobs_per_s",
                "beside_line_jobs_per_s",
                "ratio",
                "release_to_start_p50_ms",
                "release_to_start_p99_ms",
            },
        ),
        (("due_at_once", "--crons", "300"), {"crons", "fires_per_s"}),
        (("idle", "--seconds", "4"), {"statements_per_2s", "core_percent"}),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "figures",
)
def test_a_benchmark_ends_with_its_figures(arguments: tuple[str, ...], keys: set[str]) -> None:
    done = bench(*arguments)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) == keys
    assert all(value >= 0 for value in figures.values())


@pytest.mark.chaos
@pytest.mark.faketime
@pytest.mark.timeout(240)
def test_each_due_second_is_served_once_while_beats_are_killed() -> None:
    done = bench("crons", "--seconds", "90", timeout=220)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) == {"due", "missed", "double", "late_p99_s"}
    assert (figures["missed"], figures["double"]) == (0, 0)
    assert figures["due"] > 250
    assert figures["late_p99_s"] <= 1


def test_one_that_is_ended_takes_down_what_it_has_started(top: Path) -> None:  # noqa: F811
    said = top.with_suffix(".log")
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks", "idle", "--seconds", "100"],
            cwd=BASE_DIR,
            env={**_environ(), "TMPDIR": str(top)},
            stdout=log,
            stderr=log,
        )
    wait_until(lambda: "ready." in said.read_text(), patience=60)
    below = descendants(process.pid)
    assert below
    for _ in range(2):
        process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM
    assert all(map(is_gone, below))
    assert not list(top.iterdir())
    said.unlink()


def test_alone_it_lists_the_benchmarks() -> None:
    assert "throughput" in bench().stdout


def test_an_unknown_benchmark_is_answered_with_the_known_ones() -> None:
    done = bench("nosuch")
    assert done.returncode == 2
    assert "throughput" in done.stderr
