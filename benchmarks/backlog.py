"""Throughput while 1,000,000 jobs of another class wait, against 10,000."""

import argparse
import statistics

from django.db import connection

from benchmarks import harness
from jobs.engine.classes import class_for

BACKLOG = """
INSERT INTO jobs_job (uuid, action, status, priority, due, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id)
SELECT gen_random_uuid(), 'bench_noop', 'waiting', 0, true, 0, 0, '', '', %s FROM generate_series(1, %s)
"""


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench backlog", description=__doc__)
    parser.add_argument("--jobs", type=int, default=4000, help="jobs that run in each round (4000)")
    parser.add_argument("--small", type=int, default=10_000, help="the small backlog (10000)")
    parser.add_argument("--large", type=int, default=1_000_000, help="the large backlog (1000000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds at each size (3)")
    options = parser.parse_args(argv)
    harness.prepare()
    _grow(options.small)
    small = [_rate(options.jobs) for _ in range(options.rounds)]
    _grow(options.large - options.small)
    large = [_rate(options.jobs) for _ in range(options.rounds)]
    figures = {
        "small_jobs_per_s": round(statistics.median(small), 1),
        "large_jobs_per_s": round(statistics.median(large), 1),
        "ratio": round(statistics.median(large) / statistics.median(small), 3),
    }
    rows = [
        (f"{options.small:,} waiting", ", ".join(f"{rate:,.0f}" for rate in small) + " jobs/s"),
        (f"{options.large:,} waiting", ", ".join(f"{rate:,.0f}" for rate in large) + " jobs/s"),
        ("ratio", str(figures["ratio"])),
    ]
    harness.report("backlog", rows, figures)


def _grow(rows: int) -> None:
    """By SQL: a million submissions would take longer than the measurement."""
    known = class_for({"elsewhere": 1})
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(BACKLOG, (known.id, rows))
        cursor.execute("VACUUM ANALYZE jobs_job")


def _rate(jobs: int) -> float:
    ids = harness.enqueue_noops(jobs, capacity_map={"noop": 1})
    with harness.worker("--capacity", "noop=2", "--slots", "2"):
        harness.wait_until(lambda: harness.all_ended(ids), every=0.5)
    return harness.rate(ids)
