"""A worker's main process: it keeps the lease, looks for work every two seconds, and stops its slots in time."""

import logging
import math
import os
import signal
import threading
import time
from dataclasses import replace
from typing import Any

import psycopg2
from django.conf import settings
from django.db import DatabaseError, connections

from jobs import doorbell
from jobs.engine.actor import Actor, engine_actor
from jobs.engine.lines import sweep, wake_lines
from jobs.engine.look import Look, look
from jobs.engine.rescue import rescue
from jobs.engine.session import cut
from jobs.engine.set_aside import set_aside
from jobs.engine.slot import Slot
from jobs.runner import lease
from jobs.runner.call import wake
from jobs.runner.dead import DeadSlots
from jobs.runner.descendants import kill_tree, send
from jobs.runner.enforcer import Enforcer, quietly
from jobs.runner.guard import Guard
from jobs.runner.keeper import keep
from jobs.runner.loop import pass_on
from jobs.runner.process import pid_of
from workers import capacity, presence
from workers.presence import Identity

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
# While jobs run: a cancel is to be seen within two seconds.
BUSY_LOOK_SECONDS = 1.0
# After a look that got no answer.
RETRY_SECONDS = 0.5
KILL_SECONDS = 3.0
# At most so long at a time: the heartbeat and the stops of jobs come in between.
SET_ASIDE_SECONDS = 0.5
STRAYS_SECONDS = 0.1


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
        # From then on no process of the pool is left alive.
        self._kill_at = math.inf
        self._ended = threading.Event()
        self._swept = ""
        # Why this worker has ended itself, "" unless it has.
        self.given_up = ""
        self._dead = DeadSlots(pool=self._pool, by=self._by)
        self._enforcer = Enforcer(processes=self._dead.processes, by=self._by)
        self._guard = Guard(
            processes=self._dead.processes, lease_seconds=settings.LEASE.total_seconds(), cut=self._cut_waits
        )
        # Of the node's own thread, for the guard's.
        self._django: Any = None

    def look_in(self, seconds: float) -> None:
        """Look again after so long, if no look is due before."""
        self._look_at = min(self._look_at, time.monotonic() + seconds)
        self._wake.set()

    def pass_on(self, class_name: str, hops: int) -> None:
        """A bell came while all slots are busy. Called by the consumer's thread."""
        try:
            if (rung := self._known.class_named(class_name)) is not None:
                pass_on(self._known, rung, hops=hops)
        except (psycopg2.Error, DatabaseError) as error:
            # The next look, on the same connection, replaces it.
            logger.warning("bell not passed on", extra={"class": class_name, "error": str(error).strip()})

    def stop(self) -> None:
        """Take nothing more; give running jobs their grace, then end them."""
        self._stop_at = time.monotonic() + self._grace_seconds
        self._kill_at = min(self._kill_at, self._stop_at + KILL_SECONDS)
        self.look_in(0)

    def end(self) -> None:
        """The pool has ended: say so, and let the thread go."""
        self._ended.set()
        self._wake.set()
        self.join(LOOK_SECONDS)
        if self.is_alive():
            self._cut_waits()
            self.join(LOOK_SECONDS)
        try:
            self._dead.end_all(self._look().busy_slots, killed=self._guard.killed)
            presence.say_stopped(self.identity)
        except (psycopg2.Error, DatabaseError) as error:
            # Whoever lives sees the end of the lease.
            logger.warning("stopped without the database", extra={"error": str(error).strip()})
        finally:
            self._guard.end()

    def renew(self) -> None:
        """Before the first bell: on a busy machine the pool takes up most of the lease that registering gave."""
        try:
            self._look()
        except psycopg2.Error as error:
            logger.warning("no look: the database did not answer", extra={"error": str(error).strip()})
            self._known.session.reset()

    def run(self) -> None:
        self._django = connections["default"]
        self._guard.start()
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
                self._django.close()
                # Each try may be the one that renews the lease in time.
                self.look_in(RETRY_SECONDS)
            if time.monotonic() >= self._kill_at:
                self._kill_slots()

    def _turn(self) -> None:
        if self.given_up:
            return
        if self._stop_at is not None:
            presence.say_draining(self.identity)
        seen = self._look()
        if seen.state is None:
            self._give_up()
            return
        if lease.left() <= 0:
            # This process was held over its own look: what it has seen is old, and no ground to act on.
            self.look_in(0)
            return
        self._known.notice(seen.newest_class)
        if seen.next_due_seconds is not None:
            self.look_in(seen.next_due_seconds)
        # First what has to be in time: a bell may have to wait for a broker that hangs.
        self._stop_jobs(seen)
        self._dead.end(seen, killed=self._guard.killed, stopping=self._stop_at is not None)
        keep(self._known, seen)
        self._wake_lines(seen)
        self._serve(seen)
        if seen.strays:
            # What a pause or a resume has left to do; its own process may have died over it.
            set_aside(self._known.session.rows, seconds=SET_ASIDE_SECONDS)
            # Not at once: what is left may be rows that somebody else has locked.
            self.look_in(STRAYS_SECONDS)
        if seen.dead_workers:
            rescue(by=self._by)
        if self._stop_at is not None:
            self._stop_slots(seen)

    def _look(self) -> Look:
        """The lease is counted from before the statement was sent; the database's own count begins later."""
        sent_at = lease.now()
        with self._guard.waiting():
            seen = look(
                self._known.session,
                worker_id=self.identity.worker_id,
                boot_id=self.identity.boot_id,
                lease=settings.LEASE,
                classes=[known.id for known in self._known.classes()],
            )
        if seen.state is not None:
            lease.renewed(sent_at, settings.LEASE)
        # Another boot's slots, of a worker that bore the name before or after, are not this one's to end.
        own = [name for name in seen.busy_slots if name.startswith(f"{self.identity.boot_id}:")]
        return replace(seen, busy_slots=own)

    def _cut_waits(self) -> None:
        """Called by another thread."""
        self._known.session.cut()
        if self._django is not None and self._django.connection is not None:
            cut(self._django.connection)

    def _wake_lines(self, seen: Look) -> None:
        """Lines that jobs came into just now, and in turn all others, whose wake may have been missed."""
        if seen.due_lines:
            wake_lines(seen.due_lines)
        if seen.lines:
            self._swept = sweep(self._swept)

    def _serve(self, seen: Look) -> None:
        """Read the queues of all classes that this worker could ever hold, and ring for what waits and fits now.

        Without the broker, call the slots that are idle ourselves.
        """
        total = capacity.total(seen.capacity, slots=seen.slots)
        self.wanted_queues = {self._known.class_name(id_) for id_ in self._known.fitting(total)}
        used = [(self._known.needs(id_), jobs) for id_, jobs in seen.used.items()]
        fitting = set(self._known.fitting(capacity.free(total, used)))
        idle = len(seen.busy_slots) < seen.slots and seen.state == "running"
        wanted = {*seen.ready, *seen.due} & fitting if idle else set()
        rung = [doorbell.ring(self._known.class_name(class_id)) for class_id in wanted]
        if wanted and not (all(rung) and self._hears_bells()):
            wake(self._dead.processes().keys() - {pid_of(name) for name in seen.busy_slots})

    def _hears_bells(self) -> bool:
        """Not while Celery waits to connect, which may be half a minute longer than the broker is away."""
        consumer = getattr(self._worker, "consumer", None)
        return consumer is not None and consumer.connection is not None

    def _stop_jobs(self, seen: Look) -> None:
        """Enforce cancels and deadlines, and look again in time for the next."""
        if seen.busy_slots:
            self.look_in(BUSY_LOOK_SECONDS)
        if (again := self._enforcer.enforce(seen.watched)) is not None:
            self.look_in(again)

    def _pool(self) -> Any:
        """Celery's; None at the very end of a stop."""
        return getattr(self._worker.pool, "_pool", None)

    def _stop_slots(self, seen: Look) -> None:
        late = time.monotonic() - (self._stop_at or 0)
        if late < 0:
            self.look_in(min(0.5, -late))
            return
        if late < KILL_SECONDS:
            for pid in {pid_of(name) for name in seen.busy_slots} & set(self._dead.processes()):
                send(pid, signal.SIGTERM)
        self.look_in(0.5)

    def _kill_slots(self) -> None:
        """Those without a job too: Celery waits without an end for one that it started as it was told to stop.

        Again and again, and without the database: until the pool has ended it may start another.
        """
        for pid, process in self._dead.processes().items():
            quietly(process)
            kill_tree(pid)
        self.look_in(0.5)

    def _give_up(self) -> None:
        self.given_up = (
            f"worker {self.identity.name} was declared dead, or its name is another's now: it stops, to be started anew"
        )
        logger.error("this worker has lost its lease for good; it stops", extra={"worker": self.identity.name})
        self._guard.stop_all()
        self._kill_at = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
