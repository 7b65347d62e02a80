"""Stuck: a job that waits though a worker that is alive has had room for it all the time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.chaos.evidence import Sample, Violation

LIMIT_SECONDS = 5.0
# The heartbeat comes every two seconds: who is silent for longer is dead, frozen or cut off, and has no free slot.
SILENT_SECONDS = 3.5
# Within which a worker that was just started is at work, and so is every worker once the services are back.
SETTLE_SECONDS = 10.0

Item = Mapping[str, Any]


def stuck(samples: Sequence[Sample], disturbed: Sequence[tuple[float, float]]) -> Iterator[Violation]:
    """Each job that could start for longer than the limit, by snapshots without a gap, outside disturbed spans."""
    since: dict[str, float] = {}
    before: Sample | None = None
    told: set[str] = set()
    for sample in samples:
        # No snapshot in between: the database was away.
        gap = before is None or sample.at - before.at > 2.0
        quiet = not any(begin <= sample.at <= end + SETTLE_SECONDS for begin, end in disturbed)
        passed = [] if before is None else _started(sample, before)
        able = {job["job"]: job for job in sample.waiting if quiet and could_start(job, sample)}
        since = {
            name: sample.at if gap or any(_before(one, job) for one in passed) else since.get(name, sample.at)
            for name, job in able.items()
        }
        for name, begun in since.items():
            if sample.at - begun > LIMIT_SECONDS and name not in told:
                told.add(name)
                text = f"job {name} waits for {sample.at - begun:.1f} s beside a slot that fits, up to {sample.at:.3f}"
                yield Violation(rule="stuck", text=f"{text}: {_described(able[name], sample)}")
        before = sample


def could_start(job: Item, sample: Sample) -> bool:
    """Whether nothing that is promised stands in its way in this snapshot."""
    if _lock_in_the_way(job, sample):
        return False
    return any(_has_room(worker, job, sample) for worker in sample.workers)


def _has_room(worker: Item, job: Item, sample: Sample) -> bool:
    if worker["state"] != "running" or worker["lease_left"] <= 0 or worker["silent"] > SILENT_SECONDS:
        return False
    if worker["age"] < SETTLE_SECONDS or worker["held_for"] not in {None, job["job"]}:
        return False
    mine = [row for row in sample.occupying if row["worker_id"] == worker["id"]]
    used = Counter[str]()
    for row in mine:
        used.update(row["needs"])
    return len(mine) < worker["slots"] and all(
        used[name] + amount <= worker["total"].get(name, 0) for name, amount in job["needs"].items()
    )


def _lock_in_the_way(job: Item, sample: Sample) -> bool:
    """A holder, or a better-ranked job in the same line."""
    others = [*sample.occupying, *(one for one in sample.waiting if _before(one, job))]
    return any(
        "exclusive" in {mode, other["locks"][name]}
        for other in others
        for name, mode in job["locks"].items()
        if name in other["locks"]
    )


def _before(one: Item, other: Item) -> bool:
    """In the order in which claims take them."""
    return bool(_rank(one) < _rank(other))


def _rank(job: Item) -> tuple[int, float, int]:
    return (-job["priority"], job["scheduled_at"], job["id"])


def _started(sample: Sample, before: Sample) -> list[Item]:
    """What took a slot between the two."""
    known = {row["job"] for row in before.occupying} | {row["job"] for row in before.ended}
    return [row for row in (*sample.occupying, *sample.ended) if row["job"] not in known and row["ran"]]


def _described(job: Item, sample: Sample) -> str:
    free = [worker["name"] for worker in sample.workers if _has_room(worker, job, sample)]
    return f"needs {job['needs']}, locks {job['locks'] or 'none'}, blocked by {job['blocked_by']}, room on {free}"
