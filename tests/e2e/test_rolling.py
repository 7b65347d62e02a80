"""Every worker restarted in turn, under load: no job is lost, none runs twice, and what was cut says so."""

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from jobs.models import Job
from jobs.states import FINAL, Status
from tests.e2e.conftest import RunningWorker, RunWorker, Submit, wait_until

pytestmark = pytest.mark.slow
# More than twice the grace.
LONG = 6


class Load(threading.Thread):
    """Short jobs all the time, and on demand one that outlasts the workers' grace of two seconds."""

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
            self.add(f"job{number}", seconds=0.02, retries=number % 2)
        connection.close()

    def add(self, name: str, *, seconds: float, retries: int) -> None:
        parameters = {"path": str(self._ledger), "name": name, "seconds": seconds}
        self.submitted[name] = self._submit("test_ledger", {"scan": 1}, parameters=parameters, retries=retries)

    def stop(self) -> None:
        self._stop_it.set()
        self.join()


def _have_both_kinds_to_cut(load: Load, name: str) -> None:
    """Add long jobs until this worker runs one with a retry and one without, for which its grace is too short."""

    def added() -> bool:
        young = timezone.now() - timedelta(seconds=LONG / 2)
        long = Job.objects.filter(parameters__seconds=LONG)
        if not long.waiting().exists():
            for retries in range(2):
                load.add(f"long{len(load.submitted)}-{name}-{retries}", seconds=LONG, retries=retries)
        cut = long.running().filter(worker__name=name, started_at__gt=young)
        return set(cut.values_list("retries_total", flat=True)) == {0, 1}

    wait_until(added)


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
            _have_both_kinds_to_cut(load, name)
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
    assert {job.retries_total for job in cut} == {0, 1}, "not both kinds were cut: the test shows nothing"
