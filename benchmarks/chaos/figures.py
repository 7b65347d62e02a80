"""How long and how fast: rescue times and the rate after a restart beside the one before."""

from collections.abc import Iterator, Sequence

from benchmarks.chaos.evidence import Evidence, Row, Struck
from benchmarks.chaos.plan import WINDOW_SECONDS

MEASURED = ("broker_wipe", "postgres_restart")


def rescue_seconds(seen: Evidence, fault: str) -> list[float]:
    """From the kill of a process to the end of the row that it ran."""
    return [
        row.ended_at - struck.at
        for struck in seen.faults
        if struck.fault == fault
        for row in seen.rows
        if row.ended_at is not None and _was_running(row, struck)
    ]


def _was_running(row: Row, struck: Struck) -> bool:
    if row.slot is None or row.started_at is None or row.ended_at is None or row.worker != struck.worker:
        return False
    return int(row.slot.rpartition(":")[2]) in struck.pids and row.started_at <= struck.at < row.ended_at


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of all lie; None without any."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else None


def recoveries(seen: Evidence) -> Iterator[tuple[Struck, float]]:
    """Of each wipe or restart: runs that ended in the 10 s from its being back, over those in the 10 s before it."""
    ends = [line.at for line in seen.lines if line.what == "end"]
    for struck in seen.faults:
        if struck.fault not in MEASURED or struck.back_at is None:
            continue
        before = sum(struck.at - WINDOW_SECONDS <= at < struck.at for at in ends)
        after = sum(struck.back_at <= at < struck.back_at + WINDOW_SECONDS for at in ends)
        if before:
            yield struck, after / before
