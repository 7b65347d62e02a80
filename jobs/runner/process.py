"""This pool process as a slot: who it is, and how it is told to stop."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg2
from django.conf import settings
from django.db import DatabaseError, connection

from jobs.actions.context import DeadlineExceeded, JobCanceled
from jobs.engine.actor import engine_actor
from jobs.engine.finish import own_job
from jobs.engine.rescue import end_slots
from jobs.engine.slot import Slot
from jobs.runner import descendants, lease
from jobs.runner.lease import Step, due
from jobs.states import Status
from workers.presence import Identity


class SlotStopped(BaseException):
    """Raised inside an action by SIGTERM: the worker stops and its grace is over."""

    status = Status.WORKER_SHUTDOWN


class LeaseLost(SlotStopped):
    """Raised inside an action: its worker could not renew its lease, and others may soon start the job."""

    status = Status.WORKER_DEAD


class NotStarted(BaseException):
    """The process was told to end after it had claimed the job, and before it entered the action."""


# What the main process sends to all slots when its lease runs out; SIGTERM is a worker's stop.
LEASE_SIGNAL = signal.SIGHUP
# And what it sends only to a slot whose job it has marked.
CANCEL_SIGNAL = signal.SIGUSR1
DEADLINE_SIGNAL = signal.SIGUSR2
# A process that must run no other job ends so long after its last bell: until then the pool reads its answer.
RETIRE_SECONDS = 0.1

_identity: Identity | None = None
_slot: Slot | None = None
_stopping = False
_serving = False
_in_action = False
_retired = False
_adopts_orphans = False
# Why this process's last job is to stop: it is marked, so no other follows it.
_stop: BaseException | None = None
_knows_of_cancel: Callable[[], bool] = lambda: False  # noqa: E731


def belongs_to(identity: Identity) -> None:
    """Say, before the pool forks, which worker its processes are slots of."""
    global _identity  # noqa: PLW0603 - inherited by fork, and nothing else can carry it to a pool process
    _identity = identity


def slot() -> Slot:
    """The slot that this process is."""
    global _slot  # noqa: PLW0603 - one process, one slot
    if _slot is None:
        if _identity is None:
            raise RuntimeError("jobs run only in a worker: start one with `manage.py worker`")
        _slot = Slot(
            worker_id=_identity.worker_id, boot_id=_identity.boot_id, name=f"{_identity.boot_id}:{os.getpid()}"
        )
    return _slot


def warm_up() -> None:
    """Before the first bell: connect, prepare the statements, read the classes. The first job would do it too."""
    global _adopts_orphans  # noqa: PLW0603 - true only in a process of the pool
    _adopts_orphans = descendants.become_subreaper()
    try:
        slot().classes()
        if own_job(slot()) is not None:
            # A process that is gone had this one's pid, and died with its job.
            end_slots([slot().name], status=Status.ERRORED, why="its process died", by=engine_actor(slot().name))
    except (psycopg2.Error, DatabaseError):
        slot().session.reset()
    finally:
        connection.close()


def pid_of(slot_name: str) -> int:
    """The process that a slot's name tells."""
    return int(slot_name.rpartition(":")[2])


def stopping() -> bool:
    """Whether this process may take no further job: it was told to end, or the lease runs out."""
    return _stopping or _retired or due(lease.left(), lease=settings.LEASE.total_seconds()) is not Step.HOLD


def is_serving() -> bool:
    """Whether a call is being answered."""
    return _serving


def deadline_passed() -> bool:
    """Whether the job that runs, or just ran, was told that its deadline is over."""
    return isinstance(_stop, DeadlineExceeded)


def retire() -> None:
    """Run nothing more: the process ends after this bell, and the pool starts another."""
    global _retired  # noqa: PLW0603 - one process
    _retired = True


def sweep() -> bool:
    """End what the job that has just ended left running, `setsid` or not. Whether there was anything."""
    if not _adopts_orphans or not descendants.has_children():
        return False
    left = bool(descendants.descendants(os.getpid()))
    descendants.kill_descendants(os.getpid())
    descendants.reap()
    return left


@contextmanager
def serving() -> Iterator[None]:
    """While a bell is answered: SIGTERM ends it after the job, not between two statements."""
    global _serving  # noqa: PLW0603 - read by the signal handler
    # Taken over here and not at the fork: the pool sets its own handler after that.
    signal.signal(signal.SIGTERM, _on_sigterm)
    signal.signal(LEASE_SIGNAL, _on_lease_lost)
    signal.signal(CANCEL_SIGNAL, _on_cancel)
    signal.signal(DEADLINE_SIGNAL, _on_deadline)
    _serving = True
    try:
        yield
    finally:
        _serving = False
        if _retired:
            # Not at once: an end before the answer would look like a crash to Celery.
            signal.signal(signal.SIGALRM, _on_retirement)
            signal.setitimer(signal.ITIMER_REAL, RETIRE_SECONDS)


@contextmanager
def interruptible(*, knows_of_cancel: Callable[[], bool]) -> Iterator[None]:
    """Only in here do signals raise: the engine's own statements are never torn.

    An action that knows of its cancel is cleaning up, and is not disturbed by another word of it.
    """
    global _in_action, _knows_of_cancel  # noqa: PLW0603 - read by the signal handlers
    _knows_of_cancel = knows_of_cancel
    _in_action = True
    try:
        if _stop is not None:
            raise _stop
        if _stopping:
            raise NotStarted("its worker stopped before the job had begun")
        yield
    finally:
        _in_action = False
        _knows_of_cancel = lambda: False  # noqa: E731


def _on_sigterm(_signal: int, _frame: FrameType | None) -> None:
    _end_with(SlotStopped("the worker stopped before the job was done, and its grace was over"))


def _on_lease_lost(_signal: int, _frame: FrameType | None) -> None:
    _end_with(LeaseLost("the worker could not renew its lease: the database did not answer"))


def _end_with(stop: SlotStopped) -> None:
    global _stopping, _in_action  # noqa: PLW0603
    _stopping = True
    if _in_action:
        _in_action = False
        raise stop
    if not _serving:
        raise SystemExit


def _on_cancel(_signal: int, _frame: FrameType | None) -> None:
    if not _knows_of_cancel():
        _raise_in_action(JobCanceled("canceled"))


def _on_deadline(_signal: int, _frame: FrameType | None) -> None:
    _raise_in_action(DeadlineExceeded("the job was not done at its deadline"))


def _raise_in_action(stop: BaseException) -> None:
    global _stop, _in_action  # noqa: PLW0603
    _stop = _stop or stop
    if _in_action:
        # Once: what the action then does to come to its end is not cut again.
        _in_action = False
        raise stop


def _on_retirement(_signal: int, _frame: FrameType | None) -> None:
    if not _serving:
        raise SystemExit
