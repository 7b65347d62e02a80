"""A play in one process: the engine's real verbs, in an order that a scenario sets, with the ledger beside them."""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from benchmarks.chaos.evidence import Asked, Evidence, Row, Sample
from benchmarks.chaos.ledger import Line, What
from benchmarks.chaos.rows import rows_statement
from jobs.engine import rescue
from jobs.engine.actor import Actor, engine_actor
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue
from jobs.engine.finish import HandOver, Outcome, finish
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import Status
from workers import capacity
from workers.models import Worker
from workers.presence import Identity, register, stable_hex_id

BY = Actor(dialect="cli", user="ada")
# Where a statement can be made to rest, by settings of its session.
AT_HEADS, AT_LOCK = "chaos.rest_at_heads", "chaos.rest_at_lock"
# What a session waits for at an advisory lock, and at rows that another has locked.
LOCK_WAITS = ("advisory", "transactionid", "tuple")


class Play:
    """Everybody's moves, and what the checker is given in the end."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.asked: list[Asked] = []
        self.samples: list[Sample] = []
        self.totals: dict[str, dict[str, int]] = {}
        self.processes: dict[str, int] = {}
        self.slots: list[Slot] = []
        # By slot and job.
        self.taken: dict[tuple[str, str], Claimed] = {}
        self._names: dict[int, str] = {}
        # What a broken engine counts by; the true one has no such thing.
        self.on_taken: Callable[[Claimed], None] = lambda _: None
        self.on_freed: Callable[[Claimed], None] = lambda _: None

    # ---- who is there

    def worker(self, units: dict[str, int], *, slots: int = 2) -> Identity:
        name = f"w{len(self.totals) + 1}"
        self.totals[name] = capacity.total(units, slots=slots)
        self.processes[name] = slots
        known = register(
            name=name,
            hex_id=stable_hex_id(name),
            capacity=units,
            slots=slots,
            lease=timedelta(seconds=60),
            version="test",
        )
        self._names[known.worker_id] = name
        return known

    def slot(self, worker: Identity) -> Slot:
        name = f"{worker.boot_id}:{len(self.slots) + 1}"
        self.slots.append(Slot(worker_id=worker.worker_id, boot_id=worker.boot_id, name=name))
        return self.slots[-1]

    def submit(self, needs: dict[str, int] | None = None, **fields: Any) -> Job:
        job = enqueue(Submission(action="noop", capacity_map=needs or {"scan": 1}, **fields), by=BY)
        self.asked.append(Asked(at=time.monotonic(), what="submit", status=202, job=str(job.uuid)))
        return job

    # ---- what they do

    def claim(self, slot: Slot) -> Claimed | None:
        job = claim(slot).job
        if job is not None:
            self._start(slot, job)
        return job

    def act(self, slot: Slot, job: Claimed, what: What = "act") -> None:
        fences = getattr(job, "fence", None) or {}
        run, worker = f"{job.uuid} in {slot.name}", self._names[slot.worker_id]
        at = time.monotonic()
        self.lines.append(
            Line(at=at, what=what, job=str(job.uuid), run=run, worker=worker, slot=slot.name, fences=fences)
        )

    def finish(self, slot: Slot, job: Claimed) -> HandOver:
        """Its action has ended already: `act(.., "end")`."""
        result = json.dumps({"run": f"{job.uuid} in {slot.name}"})
        handed = finish(slot, job, Outcome(status=Status.DONE, result=result))
        self.on_freed(job)
        if handed.job is not None:
            self._start(slot, handed.job)
        self.look()
        return handed

    def see_through(self, slot: Slot, job: Claimed) -> None:
        """End it, and all that its hand-overs bring."""
        current: Claimed | None = job
        while current is not None:
            self.act(slot, current, "end")
            current = self.finish(slot, current).job

    def run_dry(self) -> None:
        """All slots take what they can, until nothing is left that they may take."""
        for slot in self.slots:
            if (job := self.claim(slot)) is not None:
                self.see_through(slot, job)

    def lose(self, slot: Slot) -> None:
        """The process is given up, as its worker's main process does it."""
        rescue.end_slots([slot.name], status=Status.ERRORED, why="its process died", by=engine_actor("test"))
        self.look()

    def rescue(self) -> None:
        rescue.rescue(by=engine_actor("test"))
        self.look()

    def end_lease(self, worker: Identity) -> None:
        Worker.objects.filter(pk=worker.worker_id).update(lease_until=Now() - timedelta(seconds=1))

    def make_due(self) -> None:
        """The time of every retry has come."""
        Job.objects.waiting().filter(due=False).update(scheduled_at=timezone.now(), due=True)

    def look(self) -> None:
        """What the observer would have seen of ends."""
        ended = Job.objects.filter(ended_at__isnull=False).values_list("uuid", "status")
        self.samples.append(
            Sample(
                at=time.monotonic(), ended=[{"job": str(uuid), "status": status, "ran": True} for uuid, status in ended]
            )
        )

    # ---- at the same time

    def meanwhile(self, slot: Slot, move: Callable[[], object], *, at: str = AT_HEADS) -> Callable[[], None]:
        """Begin `move` of this slot, and leave it in the midst of a statement; call the answer to see it through."""
        slot.session.rows(f"SET {at} = '1'")
        failures: list[BaseException] = []

        def in_thread() -> None:
            try:
                move()
            except BaseException as error:  # noqa: BLE001 - told to the test
                failures.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=in_thread)
        thread.start()
        _wait_until("PgSleep")

        def wake() -> None:
            thread.join(20)
            slot.session.rows(f"RESET {at}")
            assert not failures, failures

        return wake

    def beside(self, move: Callable[[], object]) -> threading.Thread:
        """Begin `move`, and come back when it has ended or waits for a lock of the database."""

        def in_thread() -> None:
            try:
                move()
            finally:
                connection.close()

        thread = threading.Thread(target=in_thread)
        thread.start()
        _wait_until(*LOCK_WAITS, or_over=lambda: not thread.is_alive())
        return thread

    # ---- the end

    def evidence(self) -> Evidence:
        for slot in self.slots:
            slot.session.reset()
        with connection.cursor() as cursor:
            cursor.execute(rows_statement())
            rows = [Row(**(json.loads(told) if isinstance(told, str) else told)) for (told,) in cursor.fetchall()]
        return Evidence(
            lines=sorted(self.lines, key=lambda line: line.at),
            asked=self.asked,
            rows=rows,
            samples=self.samples,
            totals=self.totals,
            slots=self.processes,
        )

    def _start(self, slot: Slot, job: Claimed) -> None:
        self.on_taken(job)
        self.taken[slot.name, str(job.uuid)] = job
        self.act(slot, job, "start")


def _wait_until(*events: str, or_over: Callable[[], bool] = lambda: False) -> None:
    """Until a session of the database waits for one of these."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = ANY(%s) AND state = 'active'", [list(events)]
            )
            if cursor.fetchone() != (0,) or or_over():
                return
        time.sleep(0.005)
    raise AssertionError(f"nobody came to wait for {events}")
