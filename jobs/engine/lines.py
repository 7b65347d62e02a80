"""The lines for locks, on Django's connection: who waits is woken when a lock could be taken."""

import logging
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from jobs import doorbell
from jobs.engine.lock_sql import LINES, LOCK_NAMES, LOCKS_OF_JOBS, WAKE, WAKEABLE
from jobs.engine.rows import django_rows
from jobs.models import Job
from locks.models import JobLock

logger = logging.getLogger(__name__)

# Lines that one sweep looks at. The next one goes on behind them.
SWEEP_LINES = 100


def names_of(job: Job) -> list[str]:
    """The names of the locks that a job wants."""
    return [lock["name"] for lock in job.locks or []]


def lock_names(names: Iterable[str]) -> None:
    """Hold the mutex of these locks until the transaction ends. Before any row of a job is locked in it."""
    if wanted := sorted(set(names)):
        django_rows(LOCK_NAMES, {"names": wanted})


def held_by(jobs: Iterable[int]) -> set[str]:
    """The locks that these jobs hold."""
    return {name for (name,) in django_rows(LOCKS_OF_JOBS, {"jobs": list(jobs)})}


def free_locks(jobs: Iterable[int], *, names: Iterable[str]) -> None:
    """Take these ended jobs' locks away and wake who waits for the names, whose mutex this transaction holds."""
    JobLock.objects.filter(job__in=list(jobs)).delete()
    wake(names)


def wake(names: Iterable[str]) -> None:
    """Wake the lines for these names, whose mutex this transaction holds; ring for them once it is committed."""
    wanted = sorted(set(names))
    for _, class_name in django_rows(WAKE, {"names": wanted}) if wanted else ():
        transaction.on_commit(partial(doorbell.ring, class_name))


def wake_lines(names: Iterable[str]) -> None:
    """Wake what can be woken of the lines for these names; costs one statement without a lock if nothing can."""
    wanted = sorted(set(names))
    wakeable = [name for (name,) in django_rows(WAKEABLE, {"names": wanted})] if wanted else []
    if wakeable:
        with transaction.atomic():
            lock_names(wakeable)
            wake(wakeable)


def sweep(after: str = "") -> str:
    """Wake lines whose lock is free, some at a time; answers where the next sweep goes on, "" for the beginning.

    The wakes at a lock's release are speed; this is correctness: whatever was missed is found here.
    """
    names = [name for (name,) in django_rows(LINES, {"after": after, "limit": SWEEP_LINES})]
    wake_lines(names)
    return names[-1] if len(names) == SWEEP_LINES else ""
