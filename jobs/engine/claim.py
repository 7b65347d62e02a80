"""claim: a free slot takes the best waiting job that its worker's free capacity holds."""

from dataclasses import dataclass
from typing import Any

from jobs import doorbell
from jobs.engine.locks import Acquired, Contender, acquire
from jobs.engine.slot import Claimed, Slot
from jobs.engine.sql import LOCK_CAPACITY
from workers import capacity

# So many jobs a claim puts into lines; what is left is for the next bell.
MAX_REFUSED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a claim found. `more`: classes with work that would start if one more slot were free to look."""

    job: Claimed | None
    more: list[int]
    # The best job wanted locks that it could not have; it went into a line.
    refused: bool = False


class WorkerGone(RuntimeError):
    """The worker that this slot belongs to was replaced by another of its name, or its row is gone."""


def claim(slot: Slot) -> Claim:
    """Count the worker's capacity, then claim. Looks twice before it answers "nothing".

    1. Under the worker's advisory lock, which other slots of this worker wait for: read what it holds and uses.
    2. Of the classes that fit what is free, claim the best ready job.
    3. If that wants locks, take them too; a job that can not have them goes into a line, and the next one is tried.
    """
    looks = 0
    for _ in range(MAX_REFUSED):
        found = _claim_once(slot)
        looks += not found.refused
        if found.job or not found.more or looks == 2:
            return found
    return found


def _claim_once(slot: Slot) -> Claim:
    session = slot.session
    try:
        occupancy = session.rows(
            LOCK_CAPACITY + "EXECUTE jobsite_occupancy (%s, %s)", (slot.worker_id, slot.worker_id, slot.boot_id)
        )
        free = _free(slot, occupancy)
        classes = slot.fitting(free)
        rows = (
            session.prepared("claim", (classes, slot.worker_id, slot.boot_id, slot.name, slot.capacity_version))
            if classes
            else []
        )
        acquired = _acquire(slot, rows)
        session.rows("COMMIT")
    except BaseException:
        # Nothing is claimed, and nobody waits for the lock, when the connection is gone.
        session.reset()
        raise
    for class_id in acquired.woken if acquired else ():
        doorbell.ring(slot.class_name(class_id))
    return _read(slot, rows, free, acquired)


def _acquire(slot: Slot, rows: list[tuple[Any, ...]]) -> Acquired | None:
    """What comes of the winner's locks; None if it wants none."""
    contender = rows[0][3] if rows else None
    return acquire(slot, Contender(id=contender[0], names=contender[1])) if contender else None


def _free(slot: Slot, occupancy: list[tuple[Any, ...]]) -> dict[str, int]:
    if not occupancy:
        raise WorkerGone("this worker's row bears another boot id")
    declared, slots, version, alive, used = occupancy[0]
    slot.capacity_version = version
    if not alive:
        return {}
    held = capacity.total(declared, slots=slots)
    return capacity.free(held, [(slot.needs(int(id_)), jobs) for id_, jobs in used.items()])


def _read(slot: Slot, rows: list[tuple[Any, ...]], free: dict[str, int], acquired: Acquired | None) -> Claim:
    if not rows:
        return Claim(job=None, more=[])
    newest_class, heads, another, _, *columns = rows[0]
    slot.notice(newest_class)
    job = acquired.job if acquired else Claimed.read(tuple(columns))
    if job is None:
        return Claim(job=None, more=heads, refused=acquired is not None)
    # What would fit beside the job that was taken just now.
    left = set(slot.fitting(capacity.free(free, [(slot.needs(job.class_id), 1)])))
    ready = [head for head in heads if head != job.class_id or another]
    return Claim(job=job, more=[class_id for class_id in ready if class_id in left])
