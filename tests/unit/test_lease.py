"""What a worker does as its lease runs out: the decision, and the guard over real processes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connections

from jobs.engine.session import Session, cut
from jobs.runner import lease
from jobs.runner.descendants import exit_status, is_gone
from jobs.runner.guard import Guard
from jobs.runner.lease import Step, due

LEASE = timedelta(seconds=12)
STUBBORN = "import signal,time; signal.signal(signal.SIGHUP, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


@pytest.mark.parametrize(
    ("left", "step"),
    [(12, Step.HOLD), (4.01, Step.HOLD), (4, Step.SIGNAL), (2.01, Step.SIGNAL), (2, Step.KILL), (-99, Step.KILL)],
)
def test_a_third_of_the_lease_before_its_end_is_for_signals_and_half_of_that_for_kills(left: float, step: Step) -> None:
    assert due(left, lease=12) is step


@pytest.mark.parametrize("seconds", [6, 15, 600])
def test_one_look_that_times_out_costs_no_job(seconds: int) -> None:
    """Looks come every two seconds, and none waits longer than a third of the lease."""
    next_answer = 2 + seconds / 3
    assert due(seconds - next_answer + 0.01, lease=seconds) is Step.HOLD


@pytest.fixture(autouse=True)
def _no_lease_afterwards() -> Iterator[None]:
    yield
    lease._ends_at.value = float("inf")


class _Process:
    """As the pool lists it, over a real one."""

    def __init__(self) -> None:
        self.popen = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
        assert self.popen.stdout is not None
        self.popen.stdout.readline()
        self.popen.stdout.close()
        self.pid = self.popen.pid


@pytest.fixture
def pool() -> Iterator[dict[int, Any]]:
    processes = [_Process(), _Process()]
    yield {process.pid: process for process in processes}
    for process in processes:
        process.popen.kill()
        process.popen.wait()


def _guard(pool: dict[int, Any]) -> tuple[Guard, list[str]]:
    cuts: list[str] = []
    guard = Guard(processes=lambda: pool, lease_seconds=LEASE.total_seconds(), cut=lambda: cuts.append("cut"))
    return guard, cuts


def _left(seconds: float) -> None:
    lease.renewed(lease.now() + seconds - LEASE.total_seconds(), LEASE)


def test_with_enough_of_the_lease_nothing_is_touched(pool: dict[int, Any]) -> None:
    guard, cuts = _guard(pool)
    _left(11)
    guard.look()
    assert not any(map(is_gone, pool))
    assert (cuts, guard.killed) == ([], set())


def test_what_was_signaled_is_killed_though_the_lease_is_renewed_meanwhile(pool: dict[int, Any]) -> None:
    """It may have been told to stop at any statement: it must not go on with another job."""
    guard, cuts = _guard(pool)
    _left(2.3)
    guard.look()
    assert cuts == ["cut"]
    assert not any(map(is_gone, pool)), "they ignore the signal"
    _left(12)
    began = time.monotonic()
    while not guard.killed:
        guard.look()
        assert time.monotonic() - began < 3
    assert time.monotonic() - began >= 0.2
    assert all(map(is_gone, pool))
    assert guard.killed == set(pool)


def test_a_clock_that_has_jumped_past_the_end_kills_at_once_and_only_once(pool: dict[int, Any]) -> None:
    guard, _ = _guard(pool)
    _left(-60)
    guard.look()
    assert all(map(is_gone, pool))
    later = _Process()
    pool.clear()
    pool[later.pid] = later
    guard.look()
    assert not is_gone(later.pid), "a fresh process takes no job without a lease: it may stay"
    later.popen.kill()
    later.popen.wait()


def test_a_renewal_that_gets_no_answer_is_cut_in_time(pool: dict[int, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    guard, cuts = _guard(pool)
    _left(11)
    with guard.waiting():
        guard.look()
        assert cuts == []
        late = lease.now() + 4.1
        monkeypatch.setattr(lease, "now", lambda: late)
        guard.look()
        guard.look()
    assert cuts == ["cut"], "once"
    assert not any(map(is_gone, pool))


def test_forked_processes_read_the_same_clock() -> None:
    _left(5)
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        while lease.left() < 100:
            time.sleep(0.01)
        os.write(writing, b"renewed")
        os._exit(0)
    lease.renewed(lease.now() + 1000, LEASE)
    assert os.read(reading, 7) == b"renewed"
    os.waitpid(pid, 0)
    os.close(reading)
    os.close(writing)


@pytest.mark.django_db
def test_a_wait_for_the_database_ends_when_another_thread_cuts_it() -> None:
    session = Session()
    session.rows("SELECT 1")
    threading.Timer(0.3, session.cut).start()
    began = time.monotonic()
    with pytest.raises(psycopg2.OperationalError):
        session.rows("SELECT pg_sleep(4)")
    assert time.monotonic() - began < 2
    session.reset()
    assert session.rows("SELECT 1") == [(1,)]
    session.reset()


def test_cutting_what_is_closed_already_does_nothing() -> None:
    wrapper = connections["default"]
    connection = wrapper.get_new_connection(wrapper.get_connection_params())
    connection.close()
    cut(connection)
    Session().cut()


@pytest.mark.parametrize(("command", "status"), [("exit 3", 3), ("kill -9 $$", -9), ("exit 0", 0)])
def test_how_a_child_ended_is_known_before_it_is_waited_for(command: str, status: int) -> None:
    child = subprocess.Popen(["sh", "-c", command])  # noqa: S607
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert exit_status(child.pid) == status
    assert child.wait() == status
    assert exit_status(child.pid) is None
