"""A worker's main process: it keeps the lease, looks for work every two seconds, and stops its slots in time."""

import logging
import os
import signal
import threading
import time
from collections.abc import Collection
from typing import Any

import psycopg2
from django.conf import settings
from django.db import DatabaseError, connection

from jobs import doorbell
from jobs.engine.actor import Actor, engine_actor
from jobs.engine.lines import sweep, wake_lines
from jobs.engine.look import Look, look
from jobs.engine.rescue import end_slots, rescue
from jobs.engine.slot import Slot
from jobs.runner.descendants import kill_tree, send
from jobs.runner.enforcer import Enforcer, quietly
from jobs.runner.process import pid_of
from jobs.states import Status
from workers import capacity, presence
from workers.presence import Identity

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
# While jobs run: a cancel is to be seen within two seconds.
BUSY_LOOK_SECONDS = 1.0
KILL_SECONDS = 3.0


class Node(threading.Thread):
    """The main process's own thread: neither a busy pool nor a broker that is away keeps it from its heartbeat."""

    def __init__(self, *, identity: Identity, grace_seconds: float, worker: Any) -> None:
        super().__init__(name="node", daemon=True)
        self.identity = identity
        # Classes whose queues the consumer should read too; its own thread takes them from here.
        self.wanted_queues: set[str] = set()
        self._grace_seconds = grace_seconds
        self._worker = worker
        self._known = Slot(worker_id=identity.worker_id, boot_id=identity.boot_id, name="")
        self._by: Actor = engine_actor(f"worker {identity.name}")
        self._wake = threading.Event()
        self._look_at = 0.0
        self._stop_at: float | None = None
        self._ended = threading.Event()
        self._missing: set[str] = set()
        self._swept = ""
        self._enforcer = Enforcer(processes=lambda: self._pool_processes() or {}, by=self._by)

    def look_in(self, seconds: float) -> None:
        """Look again after so long, if no look is due before."""
        self._look_at = min(self._look_at, time.monotonic() + seconds)
        self._wake.set()

    def stop(self) -> None:
        """Take nothing more; give running jobs their grace, then end them."""
        self._stop_at = time.monotonic() + self._grace_seconds
        self.look_in(0)

    def end(self) -> None:
        """The pool has ended: say so, and let the thread go."""
        self._ended.set()
        self._wake.set()
        self.join(LOOK_SECONDS)
        try:
            self._end_slots(self._look().busy_slots)
            presence.say_stopped(self.identity)
        except (psycopg2.Error, DatabaseError) as error:
            # Whoever lives sees the end of the lease.
            logger.warning("stopped without the database", extra={"error": str(error).strip()})

    def run(self) -> None:
        while not self._ended.is_set():
            self._wake.clear()
            if (left := self._look_at - time.monotonic()) > 0:
                self._wake.wait(left)
                continue
            self._look_at = time.monotonic() + LOOK_SECONDS
            try:
                self._turn()
            except (psycopg2.Error, DatabaseError) as error:
                logger.warning("no look: the database did not answer", extra={"error": str(error).strip()})
                self._known.session.reset()
                connection.close()

    def _turn(self) -> None:
        if self._stop_at is not None:
            presence.say_draining(self.identity)
        seen = self._look()
        if seen.state is None:
            self._give_up()
            return
        self._known.notice(seen.newest_class)
        if seen.next_due_seconds is not None:
            self.look_in(seen.next_due_seconds)
        self._wake_lines(seen)
        self._serve(seen)
        self._stop_jobs(seen)
        self._end_dead_slots(seen)
        if seen.dead_workers:
            rescue(by=self._by)
        if self._stop_at is not None:
            self._stop_slots(seen)

    def _look(self) -> Look:
        return look(
            self._known.session,
            worker_id=self.identity.worker_id,
            boot_id=self.identity.boot_id,
            lease=settings.LEASE,
            classes=[known.id for known in self._known.classes()],
        )

    def _wake_lines(self, seen: Look) -> None:
        """Lines that jobs came into just now, and in turn all others, whose wake may have been missed."""
        if seen.due_lines:
            wake_lines(seen.due_lines)
        if seen.lines:
            self._swept = sweep(self._swept)

    def _serve(self, seen: Look) -> None:
        """Read the queues of all classes that this worker could ever hold, and ring for what waits and fits now."""
        total = capacity.total(seen.capacity, slots=seen.slots)
        self.wanted_queues = {self._known.class_name(id_) for id_ in self._known.fitting(total)}
        used = [(self._known.needs(id_), jobs) for id_, jobs in seen.used.items()]
        fitting = set(self._known.fitting(capacity.free(total, used)))
        idle = len(seen.busy_slots) < seen.slots and seen.state == "running"
        for class_id in {*seen.ready, *seen.due} if idle else ():
            if class_id in fitting:
                doorbell.ring(self._known.class_name(class_id))

    def _stop_jobs(self, seen: Look) -> None:
        """Enforce cancels and deadlines, and look again in time for the next."""
        if seen.busy_slots:
            self.look_in(BUSY_LOOK_SECONDS)
        if (again := self._enforcer.enforce(seen.watched)) is not None:
            self.look_in(again)

    def _end_dead_slots(self, seen: Look) -> None:
        """End the jobs of processes that are gone. Seen missing twice: the pool lists a new process a moment late."""
        alive = self._pool_processes()
        if alive is None:
            return
        marked = {job.slot for job in seen.watched if job.marked_for is not None and job.status == Status.RUNNING}
        missing = {name for name in seen.busy_slots if pid_of(name) not in alive}
        if gone := missing & self._missing:
            # Marked while it ran: its deadline was over, and its process died of that or by itself.
            end_slots(gone & marked, status=Status.TIMEOUT, why="its process died after its deadline", by=self._by)
            self._end_slots(gone)
        self._missing = missing

    def _end_slots(self, gone: Collection[str]) -> None:
        """End the jobs of processes that are gone: by themselves, or because this worker stops."""
        stopping = self._stop_at is not None
        status, why = (
            (Status.WORKER_SHUTDOWN, "its worker stopped") if stopping else (Status.ERRORED, "its process died")
        )
        if gone and end_slots(gone, status=status, why=why, by=self._by):
            logger.error("processes ended with their jobs", extra={"slots": sorted(gone)})

    def _pool_processes(self) -> dict[int, Any] | None:
        """The processes of the pool; None while there is none, at the very end of a stop."""
        pool = getattr(self._worker.pool, "_pool", None)
        return None if pool is None else {process.pid: process for process in pool._pool}

    def _stop_slots(self, seen: Look) -> None:
        late = time.monotonic() - (self._stop_at or 0)
        if late < 0:
            self.look_in(min(0.5, -late))
            return
        processes = self._pool_processes() or {}
        for pid in {pid_of(name) for name in seen.busy_slots} & set(processes):
            if late < KILL_SECONDS:
                send(pid, signal.SIGTERM)
            else:
                quietly(processes[pid])
                kill_tree(pid)
        self.look_in(0.5)

    def _give_up(self) -> None:
        logger.error("this worker's row is another's now; it stops", extra={"worker": self.identity.name})
        self._ended.set()
        os.kill(os.getpid(), signal.SIGTERM)
