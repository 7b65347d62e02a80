"""Ends the jobs of processes that are gone, and says in words how each of them went."""

import logging
import signal
from collections.abc import Callable, Collection
from typing import Any

from jobs.engine.actor import Actor
from jobs.engine.look import Look
from jobs.engine.rescue import end_slots
from jobs.runner.process import pid_of
from jobs.states import Status

logger = logging.getLogger(__name__)

STOPPED = (Status.WORKER_SHUTDOWN, "its worker stopped")
LOST = (Status.WORKER_DEAD, "its worker could not renew its lease, and killed it before others could start it")
LATE = (Status.TIMEOUT, "its process died after its deadline")


class DeadSlots:
    """Remembers between two looks whom it has missed."""

    def __init__(self, *, pool: Callable[[], Any], by: Actor) -> None:
        self._pool = pool
        self._by = by
        self._missing: set[str] = set()

    def processes(self) -> dict[int, Any]:
        """The processes of the pool by their ids."""
        pool = self._pool()
        return {} if pool is None else {process.pid: process for process in list(pool._pool) if process.pid}

    def end(self, seen: Look, *, killed: set[int], stopping: bool) -> None:
        """One step. A process whose exit is known is gone; another must be missed twice: Celery lists a new one late.

        `killed` are those that a lost lease has ended; they leave the set with their rows.
        """
        pool = self._pool()
        if pool is None:
            return
        codes = pool.exit_codes(wanted={pid_of(name) for name in seen.busy_slots})
        alive = self.processes().keys() - codes.keys()
        missing = {name for name in seen.busy_slots if pid_of(name) not in alive}
        gone = {name for name in missing if name in self._missing or pid_of(name) in codes}
        marked = {job.slot for job in seen.watched if job.marked_for is not None and job.status == Status.RUNNING}
        for name in gone:
            self._end(name, _how(name, codes, killed, late=name in marked, stopping=stopping))
        self._missing = missing - gone
        killed &= {pid_of(name) for name in seen.busy_slots}

    def end_all(self, names: Collection[str], *, killed: set[int]) -> None:
        """The pool has ended, and with it whatever these slots still held."""
        for name in names:
            self._end(name, LOST if pid_of(name) in killed else STOPPED)

    def _end(self, name: str, how: tuple[Status, str]) -> None:
        status, why = how
        if end_slots([name], status=status, why=why, by=self._by):
            logger.error("process ended with its job", extra={"slot": name, "reason": why})


def _how(name: str, codes: dict[int, int], killed: set[int], *, late: bool, stopping: bool) -> tuple[Status, str]:
    pid = pid_of(name)
    if pid in killed:
        return LOST
    if late:
        # Marked while it ran: it died of that or by itself.
        return LATE
    return STOPPED if stopping else (Status.ERRORED, in_words(codes.get(pid)))


def in_words(code: int | None) -> str:
    """How a process ended, from its exit code or the signal as a negative number."""
    if code is None:
        return "its process died"
    if code >= 0:
        return f"its process ended with exit code {code}"
    try:
        return f"its process was killed by signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"its process was killed by signal {-code}"
