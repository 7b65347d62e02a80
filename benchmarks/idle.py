"""What a worker without work costs: statements and share of a core."""

import argparse
import time
from pathlib import Path

from django.db import connection

from benchmarks import harness

SETTLE_SECONDS = 16


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench idle", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="how long to watch (30)")
    options = parser.parse_args(argv)
    harness.prepare()
    with harness.worker("--capacity", "scan=1,scanCheck=1") as process:
        # The start itself is not idle: all slots connect. PostgreSQL counts what they did up to 10 s after it.
        time.sleep(SETTLE_SECONDS)
        before = _transactions(), _cpu_seconds(process.pid)
        time.sleep(options.seconds)
        after = _transactions(), _cpu_seconds(process.pid)
    figures = {
        # Three statements between the two readings are the measurement's own.
        "statements_per_2s": round((after[0] - before[0] - 3) * 2 / options.seconds, 2),
        "core_percent": round((after[1] - before[1]) * 100 / options.seconds, 2),
    }
    harness.report("idle", [(name, str(value)) for name, value in figures.items()], figures)


def _transactions() -> int:
    """Every statement of an idle worker is a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1.1)")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _cpu_seconds(root: int) -> float:
    """User and system time of a process and its children, from /proc (Linux)."""
    ticks = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if root in (int(stat.parent.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / 100
