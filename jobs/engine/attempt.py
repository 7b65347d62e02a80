"""The next attempt at a job: a new waiting row, made in the transaction that ends the one before."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat
from django.db import connection

from jobs import backoff, doorbell
from jobs.actions.registry import UnknownAction, get_action
from jobs.engine.lines import wake_lines
from jobs.engine.slot import Claimed
from jobs.engine.sql import RETRY
from jobs.models import Job
from jobs.states import FINAL, RETRIED

logger = logging.getLogger(__name__)

# Runs one statement on the connection whose transaction ends the job: a session's, or Django's.
Rows = Callable[[str, Any], list[tuple[Any, ...]]]


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


def fresh_attempt(rows: Rows, job_id: int) -> Attempt | None:
    """An attempt that a person asks for, at once and with all retries anew; None if the job has not ended."""
    return _make(rows, job_id, after=FINAL, wait=timedelta(0), afresh=True)


def announce(attempt: Attempt) -> None:
    """Ring for it, once it is committed. A later one is found by the workers' own look."""
    seconds = attempt.wait.total_seconds()
    logger.info("retry made", extra={"job": attempt.uuid, "of": attempt.of, "seconds": round(seconds, 3)})
    if attempt.blocked_by is not None:
        wake_lines([attempt.blocked_by])
    elif seconds <= doorbell.SOON_SECONDS:
        doorbell.ring(attempt.class_name, due_in=seconds)


def django_rows(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """One statement on Django's connection, within its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _make(rows: Rows, job_id: int, *, after: tuple[str, ...], wait: timedelta, afresh: bool) -> Attempt | None:
    uuid = uuid_utils.compat.uuid7()
    made = rows(
        RETRY, {"job": job_id, "uuid": uuid, "after": [str(status) for status in after], "wait": wait, "afresh": afresh}
    )
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
