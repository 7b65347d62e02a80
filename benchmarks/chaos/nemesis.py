"""The nemesis: does what the plan says, and writes down what it hit."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.chaos import broker
from benchmarks.chaos.ledger import append
from benchmarks.chaos.observer import NAME as OBSERVER
from benchmarks.chaos.plan import Fault, Step
from benchmarks.chaos.processes import Child, group, signal_group
from benchmarks.chaos.stage import BEATS, FAR, WORKERS, Stage

KILL_BACKEND = """SELECT pg_terminate_backend(pid) FROM (
    SELECT pid FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()
    AND application_name <> %s ORDER BY pid OFFSET %s LIMIT 1) AS one"""
SKEWS = ("-90s", "+90s", "-20s", "+600s")
FAKETIME_LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/local/lib/faketime/libfaketime.so.1")


def without() -> frozenset[Fault]:
    """What this machine has not the means for."""
    return frozenset() if _faketime() else frozenset({Fault.CLOCK_SKEW})


@dataclass(slots=True)
class Lasting:
    """A fault that is still on: how it ends, and its record."""

    until: float
    heal: Callable[[], None]
    record: dict[str, Any]


@dataclass(slots=True)
class Nemesis:
    """One for a run. `strike` and `look` are called by the one loop that also supervises the stage."""

    stage: Stage
    log: Path
    lasting: list[Lasting] = field(default_factory=list)

    def strike(self, step: Step) -> None:
        getattr(self, f"_{step.fault.value}")(step)

    def look(self, *, heal_all: bool = False) -> None:
        """End what has lasted long enough."""
        for one in [one for one in self.lasting if heal_all or time.monotonic() >= one.until]:
            one.heal()
            self.lasting.remove(one)
            self._note(**one.record, back_at=time.monotonic())

    def waits_for(self, name: str) -> None:
        """Start `name` again before anything else is done, and write down when it answered."""
        child = self.stage.children[name]
        while not child.alive or child.died_at is not None:
            self.stage.look()
            time.sleep(0.02)

    # ---- one method for each fault, named after it

    def _worker_kill(self, step: Step) -> None:
        if child := self._worker(step):
            self._kill(child)

    def _child_kill(self, step: Step) -> None:
        if (child := self._worker(step)) and (pids := group(child.process.pid)[1:]):
            pid = random.Random(step.draw).choice(pids)  # noqa: S311
            self._note(at=time.monotonic(), fault=step.fault, worker=child.program.name, pids=[pid])
            os.kill(pid, signal.SIGKILL)

    def _beat_kill(self, step: Step) -> None:
        child = self.stage.children[BEATS[int(step.draw * len(BEATS))]]
        self._note(at=time.monotonic(), fault=step.fault, pids=[child.process.pid])
        signal_group(child.process.pid, signal.SIGKILL)

    def _worker_freeze(self, step: Step) -> None:
        if (child := self._worker(step)) is None:
            return
        leader, name = child.process.pid, child.program.name
        record = {"at": time.monotonic(), "fault": step.fault, "worker": name, "pids": group(leader)}
        signal_group(leader, signal.SIGSTOP)
        self._lasts(step, record, lambda: signal_group(leader, signal.SIGCONT))

    def _network_cut(self, step: Step) -> None:
        self.stage.cut()
        record = {"at": time.monotonic(), "fault": step.fault, "worker": FAR, "pids": []}
        self._lasts(step, record, self.stage.heal)

    def _clock_skew(self, step: Step) -> None:
        """Killed, and started with a clock that lies; the next start has the true one."""
        if child := self._worker(step):
            skew = SKEWS[int(step.draw * 1000) % len(SKEWS)]
            child.extra = {
                "LD_PRELOAD": _faketime() or "",
                "FAKETIME": skew,
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "PYTHONPATH": str(Path(__file__).parent / "skewed"),
            }
            self._note(at=time.monotonic(), fault=step.fault, worker=child.program.name, pids=[])
            self._kill(child)

    def _backend_kill(self, step: Step) -> None:
        self._note(at=time.monotonic(), fault=step.fault, pids=[])
        connection = psycopg2.connect(self.stage.url_of("DATABASE_URL"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user")
            [count] = cursor.fetchone() or (0,)
            cursor.execute(KILL_BACKEND, (OBSERVER, int(step.draw * max(count - 2, 1))))
        connection.close()

    def _broker_restart(self, step: Step) -> None:
        child, at = self.stage.children[self.stage.broker], time.monotonic()
        signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.waits_for(self.stage.broker)
        self._note(at=at, fault=step.fault, pids=[], back_at=child.back_at)

    def _broker_down(self, step: Step) -> None:
        child, at = self.stage.children[self.stage.broker], time.monotonic()
        child.held_until = at + step.lasts
        signal_group(child.process.pid, signal.SIGKILL)
        self._lasts(step, {"at": at, "fault": step.fault, "pids": []}, lambda: self.waits_for(self.stage.broker))

    def _broker_wipe(self, step: Step) -> None:
        at = time.monotonic()
        try:
            broker.wipe(self.stage.url_of("BROKER_URL"), self.stage.queues())
        except broker.AWAY:
            return
        self._note(at=at, fault=step.fault, pids=[], back_at=time.monotonic())

    def _postgres_restart(self, step: Step) -> None:
        child, at = self.stage.children["postgres"], time.monotonic()
        # Immediate: no checkpoint, every connection cut, and what was committed is in the log alone.
        child.process.send_signal(signal.SIGQUIT)
        child.process.wait()
        self.waits_for("postgres")
        self._note(at=at, fault=step.fault, pids=[], back_at=child.back_at)

    # ---- what they share

    def _kill(self, child: Child) -> None:
        pids = group(child.process.pid)
        self._note(at=time.monotonic(), fault=Fault.WORKER_KILL, worker=child.program.name, pids=pids)
        signal_group(child.process.pid, signal.SIGKILL)

    def _worker(self, step: Step) -> Child | None:
        """One that is at work and that nothing else is done to."""
        busy = {one.record.get("worker") for one in self.lasting}
        free = [name for name in WORKERS if name not in busy and self.stage.settled(name)]
        return self.stage.children[free[int(step.draw * len(free))]] if free else None

    def _lasts(self, step: Step, record: dict[str, Any], heal: Callable[[], None]) -> None:
        self.lasting.append(Lasting(time.monotonic() + step.lasts, heal, record))

    def _note(self, **record: object) -> None:
        append(self.log, record)


def _faketime() -> str | None:
    found = shutil.which("faketime") and [path for each in FAKETIME_LIBRARIES for path in Path("/").glob(each[1:])]
    return str(found[0]) if found else None
