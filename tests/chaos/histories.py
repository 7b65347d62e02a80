"""Short histories, written by hand: what a ledger, a client and the rows would say."""

from collections.abc import Mapping
from typing import Any

from benchmarks.chaos.evidence import Asked, Evidence, Row
from benchmarks.chaos.ledger import Line, What


def line(at: float, what: What, job: str, *, worker: str = "w1", run: str = "", **fences: int) -> Line:
    return Line(at=at, what=what, job=job, run=run or f"run-{job}", worker=worker, slot=f"{worker}:1", fences=fences)


def ran(job: str, start: float, end: float, *, worker: str = "w1", run: str = "", **fences: int) -> list[Line]:
    """A run from its first line to its last."""
    return [
        line(start, "start", job, worker=worker, run=run, **fences),
        line(end, "end", job, worker=worker, run=run, **fences),
    ]


def row(job: str, status: str = "done", **fields: Any) -> Row:
    """An ended row, whose result is its run's where it is done."""
    told: dict[str, Any] = {
        "id": 1,
        "needs": {"scan": 1},
        "worker": "w1",
        "slot": "b:1",
        "started_at": 0.0,
        "ended_at": 100.0,
        "run": f"run-{job}" if status == "done" else None,
    }
    return Row(job=job, status=status, **{**told, **fields})


def history(lines: list[list[Line]], rows: list[Row], **more: Any) -> Evidence:
    """On one worker of two units and two slots; every original was accepted."""
    asked = [Asked(at=0.0, what="submit", status=202, job=each.job) for each in rows if each.original is None]
    given: Mapping[str, Any] = {
        "asked": asked,
        "totals": {"w1": {"scan": 2, "default": 2}, "w2": {"scan": 2, "default": 2}},
        "slots": {"w1": 2, "w2": 2},
        **more,
    }
    flat = sorted((one for some in lines for one in some), key=lambda each: each.at)
    return Evidence(lines=flat, rows=rows, **given)
