"""Keeps the children running, and stops them in order."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

from jobsite.up.errors import Refused
from jobsite.up.leftovers import forget, remember
from jobsite.up.logs import Logs
from jobsite.up.paths import Paths
from jobsite.up.process import Program, stop

SHORT_LIFE_SECONDS = 60
MOST_SHORT_LIVES = 5
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Child:
    """A program and the process that is running it now."""

    program: Program
    process: subprocess.Popen[bytes]
    started_at: float = field(default_factory=time.monotonic)
    short_lives: int = 0
    restart_at: float | None = None


class Supervisor:
    """Children in the order of their start; the last is stopped first."""

    def __init__(self, paths: Paths, logs: Logs) -> None:
        self._paths = paths
        self._logs = logs
        self._children: dict[str, Child] = {}

    @property
    def names(self) -> set[str]:
        return set(self._children)

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        process = self._launch(program)
        self._children[program.name] = Child(program, process)
        return process

    def look(self) -> None:
        """One step: wait a moment, start again what has died. Refused when that has no use."""
        self._logs.wait(LOOK_SECONDS)
        for child in self._children.values():
            if child.restart_at is None and child.process.poll() is not None:
                self._died(child)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                child.process, child.restart_at = self._launch(child.program), None
                child.started_at = time.monotonic()

    def stop(self, names: set[str], *, seconds: float) -> None:
        """All of them at once; what is left after the time is killed."""
        chosen = [child for name, child in self._children.items() if name in names]
        for child in chosen:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signals[0])
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(child.process.poll() is None for child in chosen):
            self._logs.drain(0.05)
        for child in chosen:
            harder = child.program.stop_signals[1:]
            stop(child.process, harder, seconds=1, pause=self._logs.drain)
            forget(self._paths, child.program.name)
        self._logs.drain(0)

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        output = self._logs.pipe(program.name)
        try:
            process = program.start(output, self._logs.wait)
        finally:
            os.close(output)
        remember(self._paths, program.name, process.pid, program.stop_signals[0])
        return process

    def _died(self, child: Child) -> None:
        name, how = child.program.name, describe(child.process.returncode)
        short = time.monotonic() - child.started_at < SHORT_LIFE_SECONDS
        child.short_lives = child.short_lives + 1 if short else 0
        self._logs.drain(0)
        if child.short_lives >= MOST_SHORT_LIVES:
            raise Refused(
                f"{name} keeps dying ({MOST_SHORT_LIVES} times, now with {how}). It last said:\n{self._logs.last(name)}"
            )
        wait = 0.25 * 2**child.short_lives
        child.restart_at = time.monotonic() + wait
        self._logs.say(f"{name} ended with {how}: starting it again in {wait:g} s")


def describe(returncode: int) -> str:
    return f"signal {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"
