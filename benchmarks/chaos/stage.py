"""The stage: the whole site as `up` starts it, with more workers and beats, and a supervisor that restarts the dead."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.chaos.broker import Node
from benchmarks.chaos.ledger import FOLDER_VARIABLE, WORKER_VARIABLE
from benchmarks.chaos.places import Places
from benchmarks.chaos.processes import Child, group
from benchmarks.way import Way
from jobsite.up import application
from jobsite.up.listen import Listen
from jobsite.up.paths import Paths
from jobsite.up.postgres import Postgres
from jobsite.up.process import Program, kill_group, stop
from jobsite.up.programs import Command, programs
from jobsite.up.services import plan
from jobsite.up.valkey import Valkey

RESTART_SECONDS = 0.5
# Declared units and slots. Where the slots are few, they are what is short, and not the units.
WORKERS: dict[str, tuple[str, int]] = {
    "w1": ("scan=2,check=2", 5),
    "w2": ("scan=2,check=2", 5),
    "w3": ("scan=2,check=1", 3),
}
# The one whose way to PostgreSQL can be cut.
FAR = "w3"
# A line that is still being worked off would pass for a higher rate than what comes in.
FEW = 5
WHOLE = """SELECT
    (SELECT count(*) FROM workers_worker WHERE state = 'running' AND lease_until > now()),
    (SELECT count(*) FROM jobs_job WHERE ended_at IS NULL)"""
QUEUES = "SELECT name FROM workers_capacityclass"
BEATS = ("beat1", "beat2")


class Stage:
    """All children by name."""

    def __init__(self, home: Path, places: Places, *, broker: str, port: int) -> None:
        self._paths, self._places = Paths(home), places
        self.listen = Listen(host="127.0.0.1", port=port, tls=False)
        # The name of its child.
        self.broker = broker
        self.children: dict[str, Child] = {}
        self.environ: dict[str, str] = {}
        self._node: Node | None = None
        self._way: Way | None = None

    def start(self) -> None:
        """Services, the database migrated, web, beats, workers."""
        given = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "BROKER_URL"}}
        if self.broker == Node.name:
            self._node = Node()
            given["BROKER_URL"] = self._node.url
            self._add(self._node)
        planned = plan(self._paths, given, say=lambda _: None)
        for service in planned.services:
            self._add(service)
        ours = {"JOBSITE_APPS": "benchmarks", FOLDER_VARIABLE: str(self._places.ledger), "LOG_LEVEL": "INFO"}
        self.environ = {**planned.environ, **ours, "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}
        os.environ.update(self.environ)
        application.prepare(self._paths, self.listen.url)
        self._way = Way(self.environ)
        self._way.lay()
        self._add(Command(name="proxy", argv=self._way.proxy, environ=self.environ))
        known = {command.name: command for command in programs(self.listen, None, self.environ)}
        self._add(known["web"])
        for name in BEATS:
            self._add(Command(name=name, argv=known["beat"].argv, environ=self.environ))
        for name in WORKERS:
            self._add(self._worker(name, {}))

    def run(self, module: str, **environ: str) -> subprocess.Popen[bytes]:
        """A helper of the harness, which is not started again."""
        return self._launch(self._module(module, environ=environ))

    def look(self) -> None:
        """Start again what is dead, a moment after its death."""
        for child in self.children.values():
            if child.alive:
                continue
            child.died_at = child.died_at or time.monotonic()
            if time.monotonic() >= max(child.died_at + RESTART_SECONDS, child.held_until):
                self._restart(child)

    def stop(self) -> None:
        """Workers first, then what they use."""
        for name in reversed(self.children):
            child = self.children[name]
            stop(child.process, child.program.stop_signals, seconds=8, pause=time.sleep)
        for one in (self._node, self._way):
            if one is not None:
                one.remove()

    def login(self) -> dict[str, str]:
        """What the client needs of the credentials that `up` makes."""
        words = dict(word.split("=", 1) for word in shlex.split(self._paths.credentials.read_text()))
        return {"CHAOS_PORT": str(self.listen.port), "CHAOS_TOKEN": words["TOKEN"]}

    def whole(self) -> bool:
        """Whether every worker has its lease and its processes, and what the faults have left is worked off."""
        if not all(self.settled(name) for name in WORKERS):
            return False
        [(alive, unfinished)] = self._ask(WHOLE)
        return bool(alive == len(WORKERS) and unfinished < FEW)

    def settled(self, name: str) -> bool:
        """Whether this worker's pool is up."""
        child = self.children[name]
        return child.alive and len(group(child.process.pid)) > WORKERS[name][1]

    def cut(self) -> None:
        """What the one far away sends and is sent, vanishes."""
        self._to_far.cut(self.children["proxy"].process)

    def heal(self) -> None:
        self._to_far.heal(self.children["proxy"].process)

    def url_of(self, variable: str) -> str:
        return self.environ[variable]

    def queues(self) -> list[str]:
        """Where the broker keeps what it holds."""
        return [name for (name,) in self._ask(QUEUES)]

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.url_of("DATABASE_URL"))) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def _restart(self, child: Child) -> None:
        name = child.program.name
        kill_group(child.process.pid)
        if name in WORKERS:
            child.program, child.extra = self._worker(name, child.extra), {}
        child.process, child.died_at = self._launch(child.program), None
        self._wait_until_it_answers(child)

    def _add(self, program: Program) -> None:
        child = Child(program, self._launch(program))
        self.children[program.name] = child
        self._wait_until_it_answers(child)

    def _wait_until_it_answers(self, child: Child) -> None:
        if isinstance(child.program, (Postgres, Valkey, Node)):
            child.program.wait_until_ready(child.process, time.sleep)
        child.back_at = time.monotonic()

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        path = self._places.logs / f"{program.name}.log"
        output = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            return program.start(output, time.sleep)
        finally:
            os.close(output)

    def _worker(self, name: str, extra: Mapping[str, str]) -> Command:
        units, slots = WORKERS[name]
        environ = {**self.environ, WORKER_VARIABLE: name, **extra}
        enter: tuple[str, ...] = ()
        if name == FAR:
            enter, environ = self._to_far.enter, {**environ, **self._to_far.environ}
        argv = (
            *enter,
            sys.executable,
            "manage.py",
            "worker",
            "--name",
            name,
            "--capacity",
            units,
            "--slots",
            str(slots),
        )
        return Command(name=name, argv=(*argv, "--grace", "3"), environ=environ)

    def _module(self, name: str, *, environ: Mapping[str, str]) -> Command:
        argv = (sys.executable, "-m", f"benchmarks.chaos.{name}")
        return Command(name=name, argv=argv, environ={**self.environ, **environ})

    @property
    def _to_far(self) -> Way:
        if self._way is None:
            raise RuntimeError("it was not started")
        return self._way
