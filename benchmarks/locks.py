"""100,000 jobs that wait for one held lock: what they cost the others, and how soon the next starts at its release."""

import argparse
import statistics
from typing import Any

from django.db import connection

from benchmarks import harness
from jobs.engine.actor import engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.classes import class_for
from jobs.models import Job

LOCK = [{"name": "bench", "mode": "exclusive"}]
# As enqueue leaves them: in line.
WAITERS = """
INSERT INTO jobs_job (uuid, action, status, priority, due, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id, locks, blocked_by)
SELECT gen_random_uuid(), 'bench_noop', 'waiting', 5, true, 0, 0, '', '', %s,
    '[{"name": "bench", "mode": "exclusive"}]', 'bench' FROM generate_series(1, %s)
"""
NO_LINE = "DELETE FROM jobs_job WHERE blocked_by = 'bench'"
# From the end of a holder to the start of the next, by the database's clock.
GAPS = """
SELECT extract(epoch FROM started_at - lag(ended_at) OVER (ORDER BY started_at))::float * 1000
FROM jobs_job WHERE locks IS NOT NULL AND action = 'bench_noop' AND started_at IS NOT NULL ORDER BY started_at
"""


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench locks", description=__doc__)
    parser.add_argument("--jobs", type=int, default=4000, help="jobs without locks in each round (4000)")
    parser.add_argument("--waiters", type=int, default=100_000, help="jobs in line for the lock (100000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each without and with the line (3)")
    parser.add_argument("--releases", type=int, default=500, help="releases that are timed (500)")
    options = parser.parse_args(argv)
    harness.prepare()
    with harness.worker("--capacity", "hold=1,noop=2", "--slots", "3"):
        [holder] = harness.enqueue_jobs("bench_hold", 1, capacity_map={"hold": 1}, locks=LOCK)
        harness.wait_until(lambda: Job.objects.filter(pk=holder, status="running").exists())
        # In turns: the table grows meanwhile.
        without, beside = [], []
        for _ in range(options.rounds):
            _run(NO_LINE)
            without.append(_rate(options.jobs))
            _run(WAITERS, (class_for({"noop": 1}).id, options.waiters))
            beside.append(_rate(options.jobs))
        gaps = _release(holder, options.releases)
    figures = {
        "without_jobs_per_s": round(statistics.median(without), 1),
        "beside_line_jobs_per_s": round(statistics.median(beside), 1),
        "ratio": round(statistics.median(b / w for b, w in zip(beside, without, strict=True)), 3),
        "release_to_start_p50_ms": round(harness.percentile(gaps, 0.5), 2),
        "release_to_start_p99_ms": round(harness.percentile(gaps, 0.99), 2),
    }
    rows = [
        ("without a line", ", ".join(f"{rate:,.0f}" for rate in without) + " jobs/s"),
        (f"{options.waiters:,} in line", ", ".join(f"{rate:,.0f}" for rate in beside) + " jobs/s"),
        *((name, str(value)) for name, value in figures.items()),
    ]
    harness.report("locks", rows, figures)


def _rate(jobs: int) -> float:
    ids = harness.enqueue_noops(jobs, capacity_map={"noop": 1})
    harness.wait_until(lambda: harness.all_ended(ids), every=0.5)
    return harness.rate(ids)


def _run(change: str, parameters: tuple[int, ...] = ()) -> None:
    """By SQL. The line is of the class that runs beside it: its best are better than any job without a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(change, parameters)
        cursor.execute("VACUUM ANALYZE jobs_job")


def _release(holder: int, releases: int) -> list[float]:
    """Let the holder go; each that follows releases at its end to the next."""
    cancel(Job.objects.values_list("uuid", flat=True).get(pk=holder), by=engine_actor("bench"))
    harness.wait_until(lambda: len(_gaps()) >= releases)
    return _gaps()[:releases]


def _gaps() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(GAPS)
        return [gap for (gap,) in cursor.fetchall() if gap is not None]
