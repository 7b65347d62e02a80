"""Runs: the ledger's lines put together, one for each time that an action was really started."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.chaos.evidence import Row, Struck
from benchmarks.chaos.ledger import Line

# Between the end of a row and the last act of a process that learns of it in time.
TOLERANCE_SECONDS = 0.5
# Within which a worker that was frozen has ended what it ran, once it is awake.
WAKE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """It acted from its first line to its last: what was killed has no line of its end."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def start(self) -> float:
        return self.lines[0].at

    @property
    def last(self) -> float:
        return self.lines[-1].at

    @property
    def ended(self) -> bool:
        return self.lines[-1].what == "end"


def runs(lines: Iterable[Line]) -> list[Run]:
    """By their start."""
    by_run: dict[str, list[Line]] = {}
    for line in lines:
        by_run.setdefault(line.run, []).append(line)
    return sorted((Run(tuple(some)) for some in by_run.values()), key=lambda run: run.start)


def holding_until(run: Run, row: Row | None, faults: Sequence[Struck]) -> float:
    """The last act for which it answers as a holder.

    A frozen process can not know that its row was ended meanwhile: what it does in the moment after it wakes is what
    fences are for. Its acts after the row's end count only against its fence. Everybody else answers for each act.
    """
    if row is None or row.ended_at is None or run.last <= row.ended_at:
        return run.last
    return row.ended_at if frozen_over(run, row.ended_at, faults) else run.last


def frozen_over(run: Run, moment: float, faults: Sequence[Struck]) -> bool:
    """Whether this run's process was frozen when that happened, and has acted only shortly after it woke."""
    return any(
        fault.fault == "worker_freeze"
        and fault.worker == run.first.worker
        and fault.at <= moment <= (fault.back_at or moment)
        and run.last <= (fault.back_at or moment) + WAKE_SECONDS
        for fault in faults
    )


def overlapping(spans: Iterable[tuple[float, float, Run]]) -> Iterator[tuple[Run, list[Run]]]:
    """Each run with those that were at it when it began."""
    active: list[tuple[float, Run]] = []
    for start, end, run in sorted(spans, key=lambda span: span[0]):
        active = [(until, other) for until, other in active if until > start]
        yield run, [other for _, other in active]
        active.append((end, run))


def by_job(rows: Iterable[Row]) -> Mapping[str, Row]:
    return {row.job: row for row in rows}
