"""The next attempt at a job: a new waiting row, made in the transaction that ends the one before.

It shares `next_job` with the job of a chain: that follows what is done, an automatic attempt only what failed. So one
row has at most one of them; a retry by hand leaves the one that is named already.
"""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import uuid_utils.compat

from jobs import backoff, doorbell
from jobs.actions.registry import UnknownAction, get_action
from jobs.engine.lines import wake_lines
from jobs.engine.rows import Rows
from jobs.engine.slot import Claimed
from jobs.engine.sql import RETRY
from jobs.models import Job
from jobs.states import FINAL, RETRIED

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A waiting row just made. `of` is the job that it follows."""

    id: int
    uuid: UUID
    of: UUID
    class_name: str
    wait: timedelta
    # The lock in whose line it begins.
    blocked_by: str | None


def next_attempt(rows: Rows, job: Claimed | Job) -> Attempt | None:
    """The retry of a job that this transaction has ended; None if none is left, or its end allows none."""
    if job.retries_left <= 0:
        return None
    ended = job.retries_total - job.retries_left + 1
    wait = backoff.delay(_base(job.action), ended, jitter=random.random())  # noqa: S311 - no secret
    return _make(rows, job.id, after=RETRIED, wait=wait, afresh=False)


def fresh_attempt(rows: Rows, job_id: int, *, class_id: int | None = None) -> Attempt | None:
    """An attempt that a person asks for, at once and with all retries anew; None if the job has not ended.

    `class_id` is for a job that ended before this transaction: its class may have been dropped since.
    """
    return _make(rows, job_id, after=FINAL, wait=timedelta(0), afresh=True, class_id=class_id)


def announce(attempt: Attempt) -> None:
    """Ring for it, once it is committed. A later one is found by the workers' own look."""
    seconds = attempt.wait.total_seconds()
    logger.info("next job made", extra={"job": attempt.uuid, "of": attempt.of, "seconds": round(seconds, 3)})
    if attempt.blocked_by is not None:
        wake_lines([attempt.blocked_by])
    elif seconds <= doorbell.SOON_SECONDS:
        doorbell.ring(attempt.class_name, due_in=seconds)


def _make(
    rows: Rows,
    job_id: int,
    *,
    after: tuple[str, ...],
    wait: timedelta,
    afresh: bool,
    class_id: int | None = None,
) -> Attempt | None:
    uuid = uuid_utils.compat.uuid7()
    told = {"uuid": uuid, "after": [str(status) for status in after], "wait": wait, "afresh": afresh}
    made = rows(RETRY, {"job": job_id, "class_id": class_id, **told})
    if not made:
        return None
    [(pk, of, class_name, blocked_by)] = made
    return Attempt(id=pk, uuid=uuid, of=of, class_name=class_name, wait=wait, blocked_by=blocked_by)


def _base(action: str) -> timedelta:
    try:
        return get_action(action).backoff
    except UnknownAction:
        # Another process may know it: a worker with more apps than this one.
        return backoff.BASE
