"""A worker at the end of a cable that is pulled: its packets vanish, and nothing tells it or the database."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.way import Way
from jobs.models import AuditEvent, Job
from jobs.runner.descendants import is_gone
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, process_environ, wait_status, wait_until
from tests.e2e.leases import LEASE_SECONDS, lease_left, retries_of, short_lease, slot_pid  # noqa: F401 - a fixture
from workers.models import Worker

pytestmark = [pytest.mark.slow, pytest.mark.netns]


class Far:
    def __init__(self, way: Way, proxy: subprocess.Popen[bytes]) -> None:
        self.way, self._proxy = way, proxy

    @contextmanager
    def cut(self) -> Iterator[None]:
        self.way.cut(self._proxy)
        try:
            yield
        finally:
            self.way.heal(self._proxy)


@pytest.fixture
def far(transactional_db: None) -> Iterator[Far]:
    way = Way(process_environ())
    way.lay()
    with subprocess.Popen(way.proxy) as proxy:
        yield Far(way, proxy)
        proxy.terminate()
    way.remove()


def test_it_stops_its_jobs_in_time_and_others_run_them(far: Far, run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker("--slots", "1", far=far.way)
    job = wait_status(submit("test_deaf", parameters={"seconds": 600}, retries=1), Status.RUNNING)
    run_worker("--slots", "1", name="w2")
    with far.cut():
        ends_at = time.monotonic() + lease_left("w1")
        wait_until(lambda: is_gone(slot_pid(job)), patience=LEASE_SECONDS + 2)
        assert time.monotonic() < ends_at, "others may have started it by now"
        wait_status(job, Status.WORKER_DEAD, patience=15)
        [retry] = retries_of(job)
        assert wait_status(retry, Status.RUNNING, patience=15).worker_id == Worker.objects.get(name="w2").pk
        assert worker.process.poll() is None
    assert worker.process.wait(20) == 1
    assert "was declared dead" in worker.log.read_text()
    assert AuditEvent.objects.filter(verb="rescue", object_id=str(job.uuid)).count() == 1


def test_whole_again_it_registers_and_works(far: Far, run_worker: RunWorker, submit: Submit) -> None:
    """Nobody else was there to rescue its job: it ends the row itself."""
    run_worker("--slots", "1", far=far.way)
    job = wait_status(submit("test_deaf", parameters={"seconds": 600}), Status.RUNNING)
    with far.cut():
        wait_until(lambda: lease_left("w1") < -1, patience=LEASE_SECONDS + 5)
        assert is_gone(slot_pid(job))
    wait_status(job, Status.WORKER_DEAD, patience=20)
    wait_status(submit(), Status.DONE, patience=20)
    assert Worker.objects.get().state == "running"
    assert Job.objects.count() == 2
