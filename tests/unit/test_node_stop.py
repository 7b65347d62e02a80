"""A worker's stop, as its main process sees to it: over real processes, listed as the pool lists them."""

import subprocess
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest

from jobs.engine.look import Look
from jobs.runner.descendants import is_gone
from jobs.runner.node import KILL_SECONDS, Node
from workers.presence import Identity

pytestmark = pytest.mark.slow

BOOT = "b" * 16


@pytest.fixture
def processes() -> Iterator[list[Any]]:
    """One that ends at SIGTERM, and one that hears nothing."""
    scripts = ["exec sleep 600", "trap '' TERM; echo up; while true; do sleep 1; done"]
    found = [subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) for script in scripts]  # noqa: S607
    assert found[1].stdout is not None
    found[1].stdout.readline()
    yield [SimpleNamespace(pid=process.pid) for process in found]
    for process in found:
        process.kill()
        process.communicate()


def _node(processes: list[Any], *, late: float) -> Node:
    identity = Identity(worker_id=1, name="w1", hex_id="0" * 12, boot_id=BOOT)
    pool = SimpleNamespace(_pool=processes)
    node = Node(identity=identity, grace_seconds=0, worker=SimpleNamespace(pool=SimpleNamespace(_pool=pool)))
    node._stop_at = time.monotonic() - late
    return node


def _seen(*busy: int) -> Look:
    return Look(
        state="draining",
        capacity={},
        slots=2,
        newest_class=None,
        due=[],
        ready=[],
        used={},
        busy_slots=[f"{BOOT}:{pid}" for pid in busy],
        dead_workers=False,
        next_due_seconds=None,
        watched=[],
        contenders=[],
        held=None,
        newest={},
        due_lines=[],
        lines=False,
        strays=False,
    )


def _wait_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while not is_gone(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_within_the_grace_nobody_is_touched(processes: list[Any]) -> None:
    _node(processes, late=-5)._stop_slots(_seen(*(process.pid for process in processes)))
    assert not any(is_gone(process.pid) for process in processes)


def test_after_it_those_with_a_job_are_signaled(processes: list[Any]) -> None:
    listens, deaf = (process.pid for process in processes)
    _node(processes, late=0.5)._stop_slots(_seen(listens))
    _wait_gone(listens)
    assert not is_gone(deaf)


def test_at_last_every_process_is_killed_also_one_without_a_job(processes: list[Any]) -> None:
    """Celery would wait for it, and the worker never end."""
    _node(processes, late=KILL_SECONDS)._kill_slots()
    assert all(is_gone(process.pid) for process in processes)


def test_without_the_database_they_are_killed_too_and_so_is_one_that_the_pool_starts_meanwhile(
    processes: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer() -> None:
        raise psycopg2.OperationalError("no answer")

    late_comer = processes.pop()
    node = _node(processes, late=0)
    node.stop()
    node._kill_at = time.monotonic()
    monkeypatch.setattr(node, "_turn", no_answer)
    node.start()
    try:
        _wait_gone(processes[0].pid)
        processes.append(late_comer)
        _wait_gone(late_comer.pid)
    finally:
        node._ended.set()
        node._guard.end()
        node.join()
