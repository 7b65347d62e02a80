"""`manage.py up`: everything up and down again, in order. It starts before Django has settings: it makes them."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress

from jobsite.home import home
from jobsite.up import application
from jobsite.up.errors import Refused, StopAskedFor
from jobsite.up.leftovers import end_leftovers
from jobsite.up.listen import Listen, listen
from jobsite.up.logs import Logs
from jobsite.up.options import parse
from jobsite.up.paths import Paths, hold, write_private
from jobsite.up.programs import programs
from jobsite.up.ready import readiness
from jobsite.up.services import Plan, plan
from jobsite.up.signals import Signals
from jobsite.up.sockets import remove_socket_folder
from jobsite.up.supervisor import Supervisor
from jobsite.up.tls import certificate

APPLICATION_SECONDS, SERVICE_SECONDS = 11, 3  # Together below the 15 s within which a stop must be done.
ASK_EVERY_SECONDS, TELL_EVERY_SECONDS = 0.25, 10
SHARED = ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "PARAMETERS_KEY")


def main(argv: list[str]) -> int:
    """The exit code: 0 after a stop that was asked for."""
    options = parse(argv)
    signals = Signals()
    signals.catch()
    logs = Logs(sys.stdout, signals)
    try:
        with suppress(StopAskedFor):
            _run(Paths(home()), _listen(options), logs)
        return 0
    except Refused as refused:
        print(f"jobsite: {refused}", file=sys.stderr)  # noqa: T201
        return 1


def _listen(options: Namespace) -> Listen:
    return listen(host=options.host, port=options.port, tls=options.tls)


def _run(paths: Paths, where: Listen, logs: Logs) -> None:
    began = time.monotonic()
    with hold(paths):
        for name in end_leftovers(paths, pause=logs.drain):
            logs.say(f"{name} still ran from a jobsite that was killed: ended it")
        where.check()
        planned = plan(paths, os.environ, say=logs.say)
        supervisor = Supervisor(paths, logs)
        try:
            _start(planned, paths, where, supervisor, logs)
            _wait_until_ready(where, supervisor, logs)
            logs.settle(silence=0.5, at_most=3)
            logs.say(f"started in {time.monotonic() - began:.1f} s; Ctrl-C stops everything")
            logs.say(f"jobsite is ready: {where.url} (login: {paths.credentials})")
            while True:
                supervisor.look()
        except StopAskedFor:
            logs.say("stopping")
        finally:
            _stop(planned, paths, supervisor)
    logs.say("stopped")


def _start(planned: Plan, paths: Paths, where: Listen, supervisor: Supervisor, logs: Logs) -> None:
    started = [(service, supervisor.start(service)) for service in planned.services]
    for service, process in started:
        service.wait_until_ready(process, logs.wait)
    os.environ.update(planned.environ)
    _tell_other_shells(paths, planned.environ)
    application.prepare(paths, where.url)
    pair = certificate(paths, host=where.host) if where.tls else None
    for program in programs(where, pair, planned.environ):
        supervisor.start(program)


def _tell_other_shells(paths: Paths, environ: Mapping[str, str]) -> None:
    write_private(paths.environment, "".join(f"{name}={environ[name]}\n" for name in SHARED))


def _wait_until_ready(where: Listen, supervisor: Supervisor, logs: Logs) -> None:
    ask_at, tell_at = time.monotonic(), time.monotonic() + TELL_EVERY_SECONDS
    while True:
        supervisor.look()
        if time.monotonic() < ask_at:
            continue
        ready, words = readiness(where)
        if ready:
            return
        ask_at = time.monotonic() + ASK_EVERY_SECONDS
        if time.monotonic() > tell_at:
            logs.say(f"not ready yet: {words}")
            tell_at = time.monotonic() + TELL_EVERY_SECONDS


def _stop(planned: Plan, paths: Paths, supervisor: Supervisor) -> None:
    """Those who use the services first, so that their last words reach the database."""
    services = {service.name for service in planned.services}
    supervisor.stop(supervisor.names - services, seconds=APPLICATION_SECONDS)
    supervisor.stop(services, seconds=SERVICE_SECONDS)
    paths.environment.unlink(missing_ok=True)
    remove_socket_folder(paths)
