"""Faults by a seed against the whole site, and a check of what it promises."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

from benchmarks.chaos import broker, report, rows
from benchmarks.chaos.nemesis import Nemesis, without
from benchmarks.chaos.places import Places
from benchmarks.chaos.plan import MEASURED, Fault, steps
from benchmarks.chaos.stage import WORKERS, Stage
from benchmarks.ports import free_ports
from jobsite.up.paths import Paths, hold
from jobsite.up.ready import readiness
from jobsite.up.sockets import remove_socket_folder
from workers import capacity

LEASE_SECONDS = 15.0
# After the last submission: everything is healed, and every job must come to its end.
SETTLE_SECONDS = 150.0
START_SECONDS = 60.0
# A calm waits so long for workers that are still coming back.
HOLD_SECONDS = 90.0
# A turn of the loop that takes longer waits for a part to come back: the plan is held for the rest of it.
TURN_SECONDS = 0.5


def main(argv: list[str]) -> int:
    """1 where a promise was broken."""
    options = _parse(argv)
    if options.check:
        places = Places(options.check)
    else:
        places = Places(options.keep or Path(tempfile.mkdtemp(prefix="jobsite-chaos-evidence-"))).make()
        _play(options, places)
    seen = rows.evidence(places)
    found = report.violations(seen)
    setting = json.loads(places.setting.read_text())
    told = {"seed": setting["seed"], "broker": setting["broker"], **report.figures(seen, found)}
    report.show("chaos", told, found)
    if found or options.keep:
        print(f"the evidence is in {places.folder}: bin/bench chaos --check {places.folder}")
    elif not options.check:
        shutil.rmtree(places.folder)
    print(json.dumps(told), flush=True)
    if options.json:
        options.json.write_text(json.dumps(told) + "\n")
    return 1 if found else 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="replays the plan of a run (a new one)")
    parser.add_argument("--seconds", type=float, default=90.0, help="how long the faults go on (90)")
    parser.add_argument("--rate", type=float, default=6.0, help="jobs submitted a second (6)")
    parser.add_argument("--broker", choices=broker.KINDS, default="valkey", help="the kind of broker (valkey)")
    parser.add_argument("--keep", type=Path, help="a folder for the evidence (kept only where a promise is broken)")
    parser.add_argument("--check", type=Path, help="check the evidence of an earlier run once more")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args(argv)


def _play(options: argparse.Namespace, places: Places) -> None:
    """The whole run, from bare services to the rows of all jobs."""
    home = Path(tempfile.mkdtemp(prefix="jobsite-chaos-"))
    home.chmod(0o711)  # As root the services run as `nobody`, who must pass.
    os.environ["JOBSITE_HOME"] = str(home)
    [port] = free_ports(1)
    stage = Stage(home, places, broker=options.broker, port=port)
    _write_setting(options, places)
    try:
        with hold(Paths(home)):
            try:
                stage.start()
                _storm(options, places, stage)
            finally:
                stage.stop()
    finally:
        remove_socket_folder(Paths(home))
        shutil.rmtree(home, ignore_errors=True)


def _storm(options: argparse.Namespace, places: Places, stage: Stage) -> None:
    nemesis = Nemesis(stage, places.faults)
    _wait_until_ready(stage)
    observer = stage.run("observer", CHAOS_SAMPLES=str(places.samples))
    client = stage.run("client", **stage.login(), CHAOS_SEED=str(options.seed), CHAOS_RATE=str(options.rate),
                       CHAOS_CLIENT_LOG=str(places.client))  # fmt: skip
    left = steps(options.seed, seconds=options.seconds, lease=LEASE_SECONDS, without=without())
    elapsed, before = 0.0, time.monotonic()
    while elapsed < options.seconds:
        if left and left[0].at <= elapsed:
            step = left.pop(0)
            client.send_signal(signal.SIGUSR1 if step.fault in {Fault.CALM, *MEASURED} else signal.SIGUSR2)
            if step.fault is Fault.CALM:
                _wait_until_whole(stage, nemesis)
            else:
                nemesis.strike(step)
        _look(stage, nemesis)
        _still_runs(observer, client)
        now = time.monotonic()
        elapsed, before = elapsed + min(now - before, TURN_SECONDS), now
    _end(client)
    nemesis.look(heal_all=True)
    _settle(stage)
    _end(observer)
    rows.dump(stage.url_of("DATABASE_URL"), places.rows)


def _look(stage: Stage, nemesis: Nemesis) -> None:
    nemesis.look()
    stage.look()
    time.sleep(0.05)


def _wait_until_whole(stage: Stage, nemesis: Nemesis) -> None:
    end = time.monotonic() + HOLD_SECONDS
    while not (stage.whole() and not nemesis.lasting) and time.monotonic() < end:
        _look(stage, nemesis)


def _still_runs(*helpers: subprocess.Popen[bytes]) -> None:
    """Who sees nothing must not look like one who finds nothing."""
    for helper in helpers:
        if helper.poll() is not None:
            raise RuntimeError(f"{helper.args!r} has ended: see its log in the evidence")


def _settle(stage: Stage) -> None:
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        stage.look()
        try:
            if not rows.unfinished(stage.url_of("DATABASE_URL")):
                return
        except psycopg2.OperationalError:
            pass  # Still starting.
        time.sleep(0.2)


def _wait_until_ready(stage: Stage) -> None:
    end = time.monotonic() + START_SECONDS
    while not (readiness(stage.listen)[0] and stage.whole()):
        if time.monotonic() > end:
            raise TimeoutError(f"the site was not ready within {START_SECONDS:g} s: see the logs in the evidence")
        stage.look()
        time.sleep(0.1)


def _write_setting(options: argparse.Namespace, places: Places) -> None:
    declared = {name: (capacity.parse(units), slots) for name, (units, slots) in WORKERS.items()}
    setting = {
        "seed": options.seed,
        "broker": options.broker,
        "seconds": options.seconds,
        "totals": {name: capacity.total(units, slots=slots) for name, (units, slots) in declared.items()},
        "slots": {name: slots for name, (_, slots) in declared.items()},
    }
    places.setting.write_text(json.dumps(setting))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
