"""Every worker restarted in turn, under load: no job is lost, none runs twice, and what was cut says so."""

import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from jobs.models import Job
from jobs.states import FINAL, Status
from tests.e2e.conftest import RunningWorker, RunWorker, Submit, wait_until

pytestmark = pytest.mark.slow


class Load(threading.Thread):
    """Short jobs all the time, and now and then one that outlasts the workers' grace of two seconds."""

    def __init__(self, submit: Submit, ledger: Path) -> None:
        super().__init__(name="load")
        self.submitted: dict[str, Job] = {}
        self._submit = submit
        self._ledger = ledger
        self._stop_it = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._stop_it.wait(0.03):
            number += 1
            long = number % 10 == 0
            parameters = {"path": str(self._ledger), "name": f"job{number}", "seconds": 4 if long else 0.02}
            job = self._submit("test_ledger", {"scan": 1}, parameters=parameters, retries=number // 10 % 2)
            self.submitted[f"job{number}"] = job
        connection.close()

    def stop(self) -> None:
        self._stop_it.set()
        self.join()


def _began(ledger: Path) -> Counter[str]:
    """How often each attempt began, by its id."""
    lines = [line.split() for line in ledger.read_text().splitlines()]
    return Counter(words[1] for words in lines if words[0] == "began")


def test_no_job_is_lost_and_none_runs_twice_while_each_worker_is_restarted(
    run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    names = ["w1", "w2", "w3"]
    workers: dict[str, RunningWorker] = {name: run_worker("--capacity", "scan=3", name=name) for name in names}
    load = Load(submit, tmp_path / "ledger")
    load.start()
    try:
        for name in names:
            wait_until(Job.objects.running().filter(worker__name=name).exists)
            time.sleep(1)
            workers[name].stop()
            assert workers[name].process.returncode == 0
            workers[name] = run_worker("--capacity", "scan=3", name=name)
    finally:
        load.stop()
    wait_until(lambda: not Job.objects.exclude(status__in=FINAL).exists(), patience=60)

    began = _began(tmp_path / "ledger")
    assert set(began.values()) == {1}, "an attempt is run once"
    attempts = {str(job.uuid): job for job in Job.objects.all()}
    assert set(began) <= set(attempts)
    assert {job.pk for job in load.submitted.values()} <= {job.pk for job in attempts.values()}
    statuses = Counter(job.status for job in attempts.values())
    assert set(statuses) == {Status.DONE, Status.WORKER_SHUTDOWN}, statuses
    cut = [job for job in attempts.values() if job.status == Status.WORKER_SHUTDOWN]
    assert all((job.next_job_id is not None) == (job.retries_left > 0) for job in cut)
    assert {job.pk for job in cut if not job.retries_left} == {job.pk for job in Job.objects.needing_a_human()}
    for job in load.submitted.values():
        last = Job.objects.filter(retry_from=job).order_by("pk").last() or attempts[str(job.uuid)]
        assert last.status == Status.DONE or job.retries_total == 0 or last.retries_left == 0
    assert cut, "no long job was cut: the test shows nothing"
