"""Ends the jobs of a worker that can not renew its lease, before anybody else may start them."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jobs.runner import lease
from jobs.runner.descendants import kill_tree, send
from jobs.runner.enforcer import PoolProcesses, quietly
from jobs.runner.lease import Step, due
from jobs.runner.process import LEASE_SIGNAL

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.25


class Guard(threading.Thread):
    """Goes by the clock alone and asks no database, which may be what hangs."""

    def __init__(self, *, processes: PoolProcesses, lease_seconds: float, cut: Callable[[], None]) -> None:
        super().__init__(name="lease-guard", daemon=True)
        # The processes that it has killed, until the node has ended their rows.
        self.killed: set[int] = set()
        self._processes = processes
        self._lease = lease_seconds
        # Ends the node's wait for the database.
        self._cut = cut
        self._waiting_since: float | None = None
        self._ended = threading.Event()
        self._lost = False
        # Those that were signaled, and when they are killed: also if the lease is renewed meanwhile, since a slot
        # that was told to stop takes no further job.
        self._condemned: dict[int, Any] = {}
        self._kill_at = 0.0

    def run(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            self.look()

    def end(self) -> None:
        self._ended.set()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around the renewal: an answer that does not come within its time is given up, to ask anew."""
        self._waiting_since = lease.now()
        try:
            yield
        finally:
            self._waiting_since = None

    def look(self) -> None:
        """One step: see how much of the lease is left, and do what is due."""
        since = self._waiting_since
        if since is not None and lease.now() - since > self._lease * lease.SIGNAL_PART:
            self._waiting_since = None
            self._cut()
        left = lease.left()
        step = due(left, lease=self._lease)
        if step is not Step.HOLD and not self._lost:
            self._lost = True
            self._condemn(left)
        if self._condemned and lease.now() >= self._kill_at:
            self._kill()
        if step is Step.HOLD and not self._condemned:
            self._lost = False

    def stop_all(self) -> None:
        """The lease is another's: nothing of this worker may go on."""
        self._condemned = self._processes()
        self._kill()

    def _condemn(self, left: float) -> None:
        logger.error("the lease can not be renewed; jobs are stopped", extra={"seconds_left": round(left, 1)})
        self._condemned = self._processes()
        self._kill_at = lease.now() + max(left - self._lease * lease.KILL_PART, 0)
        for pid in self._condemned:
            send(pid, LEASE_SIGNAL)
        # Whatever the node waits for: it has kept it from renewing.
        self._cut()

    def _kill(self) -> None:
        # All are held before the first is looked at closely: none does anything from here on.
        for pid, process in self._condemned.items():
            quietly(process)
            send(pid, signal.SIGSTOP)
        # What does not die yet is tried again at the next tick.
        dead = {pid for pid in self._condemned if kill_tree(pid)}
        self.killed |= dead
        self._condemned = {pid: process for pid, process in self._condemned.items() if pid not in dead}
