"""finish: end a job with its result, and take the next one with the same statement."""

from dataclasses import dataclass, field
from typing import Any

from jobs.engine.attempt import announce, fresh_attempt, next_attempt
from jobs.engine.locks import Released, release
from jobs.engine.slot import Claimed, Slot
from jobs.engine.sql import OWN_ROW
from jobs.states import RETRIED, Status

_NOTHING = Released(woken=[], retry_asked=False)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """`accepted` is False when the row was no longer this slot's: the result changed nothing."""

    accepted: bool
    job: Claimed | None
    # The job was marked to be stopped: a signal may still be on its way, so this process must run no other.
    marked: bool = False
    # Classes of the jobs that its locks' lines were woken for.
    woken: list[int] = field(default_factory=list)


def finish(slot: Slot, job: Claimed, outcome: Outcome, *, take_next: bool = True) -> HandOver:
    """End `job` and claim a job that needs no more than it did: one statement, one commit, no count.

    An end that makes a retry, or gives up locks, takes a transaction around the same statement.
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
    may_retry = job.retries_left > 0 and outcome.worth_a_retry and outcome.status in RETRIED
    woken: list[int] = []
    if may_retry or job.fence:
        row, woken = _in_transaction(slot, job, parameters, may_retry=may_retry)
    else:
        [row] = slot.session.prepared("hand_over", parameters)
    finished, marked, newest_class, *columns = row
    slot.notice(newest_class)
    return HandOver(accepted=finished == 1, marked=marked, job=Claimed.read(tuple(columns)), woken=woken)


def _in_transaction(
    slot: Slot, job: Claimed, parameters: tuple[Any, ...], *, may_retry: bool
) -> tuple[tuple[Any, ...], list[int]]:
    session, attempt, released = slot.session, None, _NOTHING
    try:
        if job.fence:
            released = release(slot, job)
        else:
            session.rows("BEGIN")
        [row] = session.prepared("hand_over", parameters)
        # A zombie, whose end changed nothing, makes no retry: whoever ended the row has made it.
        if row[0] == 1 and released.retry_asked:
            attempt = fresh_attempt(session.rows, job.id)
        elif row[0] == 1 and may_retry:
            attempt = next_attempt(session.rows, job)
        session.rows("COMMIT")
    except BaseException:
        # Neither ended nor retried nor freed: the database rolls back all of it.
        session.reset()
        raise
    if attempt is not None:
        announce(attempt)
    return row, released.woken


def own_job(slot: Slot) -> Claimed | None:
    """The row that this slot owns, asked after a broken connection: its last commit may have happened or not."""
    rows = slot.session.rows(OWN_ROW, (slot.name,))
    return Claimed.read(rows[0]) if rows else None
