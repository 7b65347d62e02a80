"""A worker that can not renew its lease has stopped its jobs before anybody else may start them."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from jobs.models import AuditEvent
from jobs.runner.descendants import descendants, is_gone
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until
from tests.e2e.leases import LEASE_SECONDS, lease_left, retries_of, short_lease, slot_pid  # noqa: F401 - a fixture
from workers.models import Worker

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def held_database() -> Iterator[None]:
    """PostgreSQL answers nobody: its processes are stopped where they are, and their sockets stay open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
        # Asked while the connection is open: with it its process ends.
        server = _parent(backend) if Path(f"/proc/{backend}").exists() else 0
    connection.close()
    assert server, "the server is not on this machine"
    processes = [server, *descendants(server)]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.parametrize("action", ["test_stubborn", "test_deaf", "test_cmd_deaf"])
def test_its_jobs_are_dead_before_the_lease_ends_and_it_goes_on_afterwards(
    action: str, run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    worker = run_worker("--slots", "2")
    written = tmp_path / "pid"
    parameters = {"path": str(written)} if action == "test_cmd_deaf" else {"seconds": 600}
    job = wait_status(submit(action, parameters=parameters, retries=1), Status.RUNNING)
    if action == "test_cmd_deaf":
        wait_until(lambda: written.exists() and written.read_text().strip())
    pid = slot_pid(job)
    below = descendants(pid)
    assert not is_gone(pid)
    ends_at = time.monotonic() + lease_left("w1")
    with held_database():
        wait_until(lambda: is_gone(pid) and all(map(is_gone, below)), patience=LEASE_SECONDS + 2)
        assert time.monotonic() < ends_at, "others may have started it by now"
        wait_until(lambda: time.monotonic() > ends_at + 1)
    wait_status(job, Status.WORKER_DEAD, patience=15)
    assert "lease" in (job.exception or {})["message"]
    [retry] = retries_of(job)
    assert retry.retries_left == 0
    assert AuditEvent.objects.filter(verb="rescue", object_id=str(job.uuid)).count() == 1
    wait_status(submit(), Status.DONE, patience=15)
    assert worker.process.poll() is None
    assert Worker.objects.get().state == "running"


def test_one_that_was_declared_dead_meanwhile_exits_and_says_why(run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker("--slots", "1")
    job = wait_status(submit("test_deaf", parameters={"seconds": 600}, retries=1), Status.RUNNING)
    pid = slot_pid(job)
    os.kill(worker.process.pid, signal.SIGSTOP)
    run_worker("--slots", "1", name="w2")
    wait_status(job, Status.WORKER_DEAD, patience=15)
    assert not is_gone(pid), "its slot ran on: nobody was there to stop it"
    os.kill(worker.process.pid, signal.SIGCONT)
    continued = time.monotonic()
    wait_until(lambda: is_gone(pid), patience=5)
    assert time.monotonic() - continued < 3
    assert worker.process.wait(20) == 1
    assert "was declared dead" in worker.log.read_text()
    [retry] = retries_of(job)
    wait_status(retry, Status.RUNNING, patience=15)


def test_held_and_continued_after_its_lease_it_stops_its_jobs_at_once(run_worker: RunWorker, submit: Submit) -> None:
    """Nobody has rescued them: it ends the rows itself, and goes on."""
    worker = run_worker("--slots", "1")
    job = wait_status(submit("test_deaf", parameters={"seconds": 600}), Status.RUNNING)
    processes = [worker.process.pid, *descendants(worker.process.pid)]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: lease_left("w1") < -0.5, patience=LEASE_SECONDS + 5)
    for pid in reversed(processes):
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: is_gone(slot_pid(job)), patience=2)
    wait_status(job, Status.WORKER_DEAD, patience=10)
    wait_status(submit(), Status.DONE, patience=15)


def test_a_short_outage_costs_no_job(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--slots", "1")
    job = wait_status(submit("sleep", parameters={"seconds": 5}), Status.RUNNING)
    with held_database():
        time.sleep(1.5)
    wait_status(job, Status.DONE, patience=15)
    assert not AuditEvent.objects.filter(verb="rescue").exists()
