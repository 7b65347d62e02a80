"""Named locks as a slot takes and gives them up, on its own session. The Django side is lines.py."""

from dataclasses import dataclass

from jobs.engine.lock_sql import LOCK_NAMES, RELEASE
from jobs.engine.slot import Claimed, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A ready job that a claim has found and that wants these locks."""

    id: int
    names: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """What came of it. `job` is None if it went into a line, or was somebody else's by then."""

    job: Claimed | None
    # Classes of the jobs that it woke.
    woken: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """`woken`: classes of the jobs that go next. `retry_asked`: a person wants the job run once more."""

    woken: list[int]
    retry_asked: bool


def acquire(slot: Slot, contender: Contender) -> Acquired:
    """All its locks or none, in one round trip. Within the claim's transaction, whose count of the capacity holds.

    1. Back to the savepoint: the claim has locked the job's row, and who holds one never waits for a name.
    2. Lock the names; they must be there before the job's row is asked for.
    3. With a snapshot younger than that: take the locks and start the job, or put it into a line.
    4. See what that has changed: wake others, read the job.
    """
    [(woken, *columns)] = slot.session.rows(
        f"ROLLBACK TO counted; {LOCK_NAMES}"
        "EXECUTE jobsite_acquire (%(job)s, %(slot)s, %(worker)s, %(boot)s, %(version)s); "
        "EXECUTE jobsite_acquired (%(job)s, %(slot)s, %(names)s)",
        {
            "job": contender.id,
            "names": contender.names,
            "slot": slot.name,
            "worker": slot.worker_id,
            "boot": slot.boot_id,
            "version": slot.capacity_version,
        },
    )
    return Acquired(job=Claimed.read(tuple(columns)), woken=woken)


def release(slot: Slot, job: Claimed) -> Released:
    """Begin the transaction that ends this job: give up its locks, and wake who goes next. Commits nothing."""
    [(woken, retry_asked)] = slot.session.rows(
        f"BEGIN; {LOCK_NAMES}{RELEASE}EXECUTE jobsite_released (%(job)s, %(names)s)",
        {"job": job.id, "slot": slot.name, "names": sorted(job.fence)},
    )
    return Released(woken=woken, retry_asked=bool(retry_asked))
