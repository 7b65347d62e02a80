"""From the commit of a job's INSERT to the first line of its action, on an idle worker; beside it bare Celery's own."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.db import transaction

from benchmarks import harness
from benchmarks.bare_celery import clock
from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue
from jobs.engine.submission import Submission
from jobs.models import Job

EVERY_SECONDS = 0.05


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench pickup", description=__doc__)
    parser.add_argument("--jobs", type=int, default=200, help="one each 50 ms (200)")
    options = parser.parse_args(argv)
    harness.prepare()
    ours = _ours(options.jobs)
    celery = _bare_celery(options.jobs)
    figures = {
        "p50_ms": round(harness.percentile(ours, 0.5), 2),
        "p99_ms": round(harness.percentile(ours, 0.99), 2),
        "celery_p50_ms": round(harness.percentile(celery, 0.5), 2),
        "celery_p99_ms": round(harness.percentile(celery, 0.99), 2),
    }
    harness.report("pickup", [(name, f"{value} ms") for name, value in figures.items()], figures)


def _ours(jobs: int) -> list[float]:
    by = Actor(dialect="cli", client="bench")
    committed: dict[int, float] = {}
    with harness.worker("--capacity", "pickup=1"):
        # An idle worker is one that has started.
        warm_up = harness.enqueue_noops(1, capacity_map={"pickup": 1})
        harness.wait_until(lambda: harness.all_ended(warm_up))
        for _ in range(jobs):
            moments: list[float] = []
            with transaction.atomic():
                # Runs right after the commit, before the bell that enqueue registers next.
                transaction.on_commit(lambda moments=moments: moments.append(time.time()))  # type: ignore[misc]
                job = enqueue(Submission(action="bench_clock", capacity_map={"pickup": 1}), by=by)
            committed[job.pk] = moments[0]
            time.sleep(EVERY_SECONDS)
        ids = sorted(committed)
        harness.wait_until(lambda: harness.all_ended(ids))
    began: dict[int, Any] = dict(Job.objects.filter(pk__in=ids).values_list("pk", "result"))
    return [(began[pk] - committed[pk]) * 1000 for pk in ids]


def _bare_celery(jobs: int) -> list[float]:
    sent: dict[int, float] = {}
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.bare_celery", "worker", "-c", "2", "-l", "error"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([*command, "--without-mingle", "--without-gossip"], stdout=subprocess.DEVNULL)
        try:
            clock.delay(folder, -1)
            harness.wait_until(lambda: Path(folder, "-1").exists())
            for number in range(jobs):
                sent[number] = time.time()
                clock.delay(folder, number)
                time.sleep(EVERY_SECONDS)
            harness.wait_until(lambda: len(list(Path(folder).iterdir())) > jobs)
            return [(float(Path(folder, str(number)).read_text()) - at) * 1000 for number, at in sent.items()]
        finally:
            process.terminate()
            process.wait(30)
