"""This pool process as a slot: who it is, and how it is told to stop."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg2
from django.db import DatabaseError, connection

from jobs.engine.actor import engine_actor
from jobs.engine.finish import own_job
from jobs.engine.rescue import end_slots
from jobs.engine.slot import Slot
from jobs.states import Status
from workers.presence import Identity


class SlotStopped(BaseException):
    """Raised inside an action by SIGTERM: the worker stops and its grace is over."""


_identity: Identity | None = None
_slot: Slot | None = None
_stopping = False
_serving = False
_in_action = False


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
    """Whether this process was told to end."""
    return _stopping


@contextmanager
def serving() -> Iterator[None]:
    """While a bell is answered: SIGTERM ends it after the job, not between two statements."""
    global _serving  # noqa: PLW0603 - read by the signal handler
    # Taken over here and not at the fork: the pool sets its own handler after that.
    signal.signal(signal.SIGTERM, _on_sigterm)
    _serving = True
    try:
        yield
    finally:
        _serving = False


@contextmanager
def interruptible() -> Iterator[None]:
    """Only in here does SIGTERM raise: the engine's own statements are never torn."""
    global _in_action  # noqa: PLW0603 - read by the signal handler
    _in_action = True
    try:
        if _stopping:
            raise SlotStopped("the worker is stopping")
        yield
    finally:
        _in_action = False


def _on_sigterm(_signal: int, _frame: FrameType | None) -> None:
    global _stopping, _in_action  # noqa: PLW0603
    _stopping = True
    if _in_action:
        _in_action = False
        raise SlotStopped("the worker stopped before the job was done, and its grace was over")
    if not _serving:
        raise SystemExit
