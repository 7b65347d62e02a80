"""The ledger: what the actions themselves say that they did, in files that the database knows nothing of.

Its times are CLOCK_MONOTONIC, which all processes of one machine share: a worker whose clock is skewed can not lie.
"""

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

FOLDER_VARIABLE, WORKER_VARIABLE = "CHAOS_LEDGER", "CHAOS_WORKER"

What = Literal["start", "act", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `run` tells two runs of one job apart, and is what a run returns as its result."""

    at: float
    what: What
    job: str
    run: str
    worker: str
    slot: str
    fences: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        fences = "".join(f" {name}={fence}" for name, fence in self.fences.items())
        return f"{self.at:.3f} {self.what:<5} job {self.job} run {self.run} on {self.worker} slot {self.slot}{fences}"


def append(path: Path, record: Mapping[str, Any]) -> None:
    """One line in one write: O_APPEND keeps those of many processes apart, also when one is killed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (json.dumps(record) + "\n").encode())
    finally:
        os.close(descriptor)


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file; none where it is not there."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


class Book:
    """Where one run of an action writes."""

    def __init__(self, *, job: str, slot: str, fences: Mapping[str, int]) -> None:
        worker = os.environ[WORKER_VARIABLE]
        self.run = os.urandom(6).hex()
        self._path = Path(os.environ[FOLDER_VARIABLE]) / f"{worker}.jsonl"
        self._who = {"job": job, "run": self.run, "worker": worker, "slot": slot, "fences": dict(fences)}

    def write(self, what: What) -> None:
        append(self._path, {"at": time.monotonic(), "what": what, **self._who})


def lines(folder: Path) -> list[Line]:
    """All workers' lines, by time."""
    return in_order(Line(**record) for path in folder.glob("*.jsonl") for record in read(path))


def in_order(some: Iterable[Line]) -> list[Line]:
    return sorted(some, key=lambda line: line.at)
