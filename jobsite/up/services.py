"""The embedded services as one piece: `up`, the tests and the benchmarks all start them here."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jobsite.up.leftovers import end_leftovers, forget, remember
from jobsite.up.paths import Paths, hold
from jobsite.up.place import choose
from jobsite.up.postgres import Postgres
from jobsite.up.process import Pause, Program, stop
from jobsite.up.secrets import load_or_make
from jobsite.up.sockets import make_socket_folder, remove_socket_folder
from jobsite.up.valkey import Valkey

VARIABLES = {"postgres": "DATABASE_URL", "valkey": "BROKER_URL"}


class Service(Program, Protocol):
    """What the two have in common."""

    @property
    def url(self) -> str: ...
    def wait_until_ready(self, process: subprocess.Popen[bytes], pause: Pause) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What must be started, and the environment that everything else then runs in."""

    services: tuple[Service, ...]
    environ: dict[str, str]


def plan(paths: Paths, environ: Mapping[str, str], *, say: Callable[[str], None]) -> Plan:
    """One service for each URL that the environment does not name."""
    missing = [name for name, variable in VARIABLES.items() if not environ.get(variable)]
    services: tuple[Service, ...] = ()
    if missing:
        place = choose(paths, say=say)
        secrets = load_or_make(paths, environ, data_exists=place.data.exists())
        sockets = make_socket_folder(paths, place.account)
        parts: tuple[Service, ...] = (
            Postgres(place=place, sockets=sockets, secrets=secrets),
            Valkey(place=place, sockets=sockets, secrets=secrets),
        )
        services = tuple(service for service in parts if service.name in missing)
    else:
        secrets = load_or_make(paths, environ, data_exists=False)
    urls = {VARIABLES[service.name]: service.url for service in services}
    own = {
        "SECRET_KEY": secrets.secret_key,
        "PARAMETERS_KEY": secrets.parameters_key,
        "JOBSITE_HOME": str(paths.home),
    }
    return Plan(services=services, environ={**environ, **urls, **own})


@contextmanager
def embedded_services(home: Path, *, pause: Pause = time.sleep) -> Iterator[dict[str, str]]:
    """The environment in which DATABASE_URL, BROKER_URL, SECRET_KEY and JOBSITE_HOME are set and answer."""
    paths = Paths(home)
    with hold(paths):
        end_leftovers(paths, pause=pause)
        planned = plan(paths, os.environ, say=lambda _: None)
        running: list[tuple[Service, subprocess.Popen[bytes]]] = []
        try:
            with (home / "services.log").open("ab") as log:
                for service in planned.services:
                    process = service.start(log.fileno(), pause)
                    running.append((service, process))
                    remember(paths, service.name, process.pid, service.stop_signals[0])
            for service, process in running:
                service.wait_until_ready(process, pause)
            yield planned.environ
        finally:
            for service, process in reversed(running):
                stop(process, service.stop_signals, seconds=10, pause=time.sleep)
                forget(paths, service.name)
            remove_socket_folder(paths)
