"""finish: end a job with its result, and take the next one with the same statement."""

from dataclasses import dataclass
from typing import Any

from jobs.engine.attempt import Attempt, announce, next_attempt
from jobs.engine.follow import Then, follow
from jobs.engine.slot import Claimed, Slot
from jobs.engine.sql import OWN_ROW
from jobs.states import RETRIED, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended. `result`, `exception` and `finished` are JSON text or None, as they are stored."""

    status: Status
    # False for an error that another attempt would only repeat.
    worth_a_retry: bool = True
    result: str | None = None
    exception: str | None = None
    finished: str | None = None
    change_score: int | None = None
    progress_done: int | None = None
    progress_total: int | None = None
    # What comes next in place of what the job was submitted with, as `Job.next` is stored.
    follow: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """`accepted` is False when the row was no longer this slot's: the result changed nothing."""

    accepted: bool
    job: Claimed | None
    # The job was marked to be stopped: a signal may still be on its way, so this process must run no other.
    marked: bool = False


def finish(slot: Slot, job: Claimed, outcome: Outcome, *, take_next: bool = True) -> HandOver:
    """End `job` and claim a job that needs no more than it did: one statement, one commit, no count.

    An end that makes another row, a retry or the job that follows, takes a transaction of the same statement and
    that row's INSERT.
    A status of cancel_request becomes canceled, with whatever the action returned or raised.
    """
    parameters: tuple[Any, ...] = (
        job.id,
        slot.name,
        outcome.status.value,
        outcome.result,
        outcome.exception,
        outcome.finished,
        outcome.change_score,
        outcome.progress_done,
        outcome.progress_total,
        slot.within(job.class_id) if take_next else [],
        slot.worker_id,
        slot.boot_id,
        slot.capacity_version,
    )
    then = _then(slot, job, outcome)
    if then is not None:
        row, made = _with(slot, parameters, then)
    else:
        [row], made = slot.session.prepared("hand_over", parameters), None
    if made is not None:
        announce(made)
    finished, marked, newest_class, *columns = row
    slot.notice(newest_class)
    return HandOver(accepted=finished == 1, marked=marked, job=Claimed.read(tuple(columns)))


def _then(slot: Slot, job: Claimed, outcome: Outcome) -> Then | None:
    """What else the transaction of this end has to do."""
    if job.retries_left > 0 and outcome.worth_a_retry and outcome.status in RETRIED:
        return lambda rows: next_attempt(rows, job)
    wanted = outcome.follow or job.next
    if wanted is not None and outcome.status == Status.DONE:
        return follow(slot, job, wanted)
    return None


def _with(slot: Slot, parameters: tuple[Any, ...], then: Then) -> tuple[tuple[Any, ...], Attempt | None]:
    session = slot.session
    try:
        session.rows("BEGIN")
        [row] = session.prepared("hand_over", parameters)
        # A zombie, whose end changed nothing, makes no row: whoever ended the job has made it.
        made = then(session.rows) if row[0] == 1 else None
        session.rows("COMMIT")
    except BaseException:
        # Neither ended nor followed: the database rolls back both.
        session.reset()
        raise
    return row, made


def own_job(slot: Slot) -> Claimed | None:
    """The row that this slot owns, asked after a broken connection: its last commit may have happened or not."""
    rows = slot.session.rows(OWN_ROW, (slot.name,))
    return Claimed.read(rows[0]) if rows else None
