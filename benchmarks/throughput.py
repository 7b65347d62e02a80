"""No-op jobs with durable results on one worker of two slots, beside the same statement in a bare loop."""

import argparse
import statistics
from datetime import timedelta
from typing import Any

from django.db import connection

from benchmarks import harness
from benchmarks.limit import bare_rate
from jobs.engine.session import Session
from jobs.engine.slot import Slot
from jobs.runner.loop import serve
from workers.presence import register


class CountingSession(Session):
    """Counts what it sends."""

    statements = 0

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """As the session that it stands for."""
        self.statements += 1
        return super().rows(statement, parameters)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench throughput", description=__doc__)
    parser.add_argument("--jobs", type=int, default=5000, help="jobs in each round (5000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; each measures the limit too (3)")
    options = parser.parse_args(argv)
    harness.prepare()
    rounds = [_round(options.jobs) for _ in range(options.rounds)]
    figures = {
        "jobs_per_s": round(statistics.median(ours for ours, _, _ in rounds), 1),
        "limit_per_s": round(statistics.median(limit for _, limit, _ in rounds), 1),
        "ratio": round(statistics.median(ours / limit for ours, limit, _ in rounds), 3),
        "statements_per_job": round(_statements_per_job(), 3),
        "commits_per_job": round(statistics.median(commits for _, _, commits in rounds), 3),
    }
    rows = [
        (f"round {number}", f"{ours:,.0f} jobs/s of {limit:,.0f} bare: {ours / limit:.2f}")
        for number, (ours, limit, _) in enumerate(rounds, 1)
    ]
    rows += [(name, str(value)) for name, value in figures.items()]
    harness.report("throughput", rows, figures)


def _round(jobs: int) -> tuple[float, float, float]:
    limit = bare_rate(jobs)
    ids = harness.enqueue_noops(jobs, capacity_map={"noop": 1})
    before = _commits()
    with harness.worker("--capacity", "noop=2", "--slots", "2"):
        harness.wait_until(lambda: harness.all_ended(ids), every=0.5)
    return harness.rate(ids), limit, (_commits() - before) / jobs


def _commits() -> int:
    """Commits of the database so far; a server process tells them at the latest when its session ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _statements_per_job(jobs: int = 200) -> float:
    """Statements that a slot sends over a chain of jobs, counted in this process on the real loop."""
    harness.enqueue_noops(jobs, capacity_map={"count": 1})
    identity = register(
        name="count",
        hex_id="00000000c0de",
        capacity={"count": 1},
        slots=1,
        lease=timedelta(seconds=60),
        version="bench",
    )
    session = CountingSession()
    slot = Slot(worker_id=identity.worker_id, boot_id=identity.boot_id, name=f"{identity.boot_id}:0", session=session)
    served = serve(slot, rung="count", hops=0)
    return session.statements / served
