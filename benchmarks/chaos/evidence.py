"""What the checker is given: values only, so that a crafted history is as good as a real one.

Every time is CLOCK_MONOTONIC; the database's are brought to it when the rows are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.chaos.ledger import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A job's row at the end. `run` is the word of the run whose result was accepted."""

    id: int
    job: str
    status: str
    needs: Mapping[str, int]
    # Name to mode.
    locks: Mapping[str, str] = field(default_factory=dict)
    worker: str | None = None
    slot: str | None = None
    retries_left: int = 0
    original: str | None = None
    # The attempt that follows it.
    next: str | None = None
    started_at: float | None = None
    ended_at: float | None = None
    run: str | None = None
    refused: bool = False
    # False where another attempt would only repeat the error, and where a person has canceled it.
    worth_a_retry: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of the client and its answer; `job` where a submission was accepted."""

    at: float
    what: str
    status: int
    job: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A fault as it was done. `pids` are the processes that it hit; `back_at` is when what it hit was whole again."""

    at: float
    fault: str
    worker: str | None = None
    pids: Sequence[int] = ()
    back_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the observer saw in one snapshot, in rows as plain maps (benchmarks/chaos/observer.py)."""

    at: float
    waiting: Sequence[Mapping[str, Any]] = ()
    occupying: Sequence[Mapping[str, Any]] = ()
    workers: Sequence[Mapping[str, Any]] = ()
    ended: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything. `totals` are the units of each worker, `slots` its processes."""

    lines: Sequence[Line] = ()
    asked: Sequence[Asked] = ()
    rows: Sequence[Row] = ()
    faults: Sequence[Struck] = ()
    samples: Sequence[Sample] = ()
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A counterexample: the rule, what broke it, and the lines of the ledger that show it."""

    rule: str
    text: str
    lines: Sequence[Line] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.rule}: {self.text}", *(f"    {line}" for line in self.lines)])
