"""Beats side by side, killed at random, one with a wrong clock: each due second once, and how late."""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from django.conf import settings

from benchmarks import cron_checker, harness
from benchmarks.cron_checker import Watched
from jobs.engine.actor import Actor
from jobs.engine.clock import database_now
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.submission import Submission
from workers.models import Beat

BY = Actor(dialect="cli", client="bench")
# name: (schedule, seconds between two runs, the second of the minute modulo that)
SCHEDULES: dict[str, tuple[str, int, int | None]] = {
    "each-second": ("* * * * * *", 1, 0),
    "each-second-too": ("0-59 * * * * *", 1, 0),
    "even-seconds": ("*/2 * * * * *", 2, 0),
    "each-fifth": ("0/5 * * * * *", 5, 0),
    "each-tenth": ("7/10 * * * * *", 10, 7),
    "elapsed": ("@every 3s", 3, None),
    "one-at-a-time": ("* * * * * *", 1, 0),
}
SKEW = "+11m"
# What was due at the end of the watch is served by then, however late.
SETTLE_SECONDS = 5


@dataclass(slots=True)
class Beats:
    """Real celery-beat processes. The first has a host clock that is off, where libfaketime is installed."""

    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    def start(self, count: int) -> None:
        self.running = [self._launch(number) for number in range(count)]

    def kill_one(self) -> None:
        """As a power cut does it; another takes its place."""
        number = random.randrange(len(self.running))  # noqa: S311 - no secret
        # faketime is a parent that only waits: its group is both.
        os.killpg(self.running[number].pid, signal.SIGKILL)
        self.running[number].wait()
        self.running[number] = self._launch(number)
        self.kills += 1

    def stop(self) -> None:
        for beat in self.running:
            os.killpg(beat.pid, signal.SIGTERM)
        for beat in self.running:
            beat.wait(30)

    def _launch(self, number: int) -> subprocess.Popen[bytes]:
        beat = [sys.executable, "-m", "celery", "-A", "jobsite", "--quiet", "beat"]
        skewed = number == 0 and shutil.which("faketime")
        environ = {**os.environ, "LOG_LEVEL": "ERROR"}
        return subprocess.Popen(["faketime", "-f", SKEW, *beat] if skewed else beat, env=environ, process_group=0)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench crons", description=__doc__)
    parser.add_argument("--seconds", type=int, default=90, help="how long to watch (90)")
    parser.add_argument("--beats", type=int, default=5, help="beats side by side (5)")
    parser.add_argument("--calm", action="store_true", help="kill none")
    options = parser.parse_args(argv)
    harness.prepare()
    beats = Beats()
    beats.start(options.beats)
    try:
        harness.wait_until(lambda: Beat.objects.count() == options.beats, patience=60)
        crons = [_save(name) for name in SCHEDULES]
        _watch(beats, seconds=options.seconds, calm=options.calm)
        until = database_now()
        time.sleep(SETTLE_SECONDS)
    finally:
        beats.stop()
    found = cron_checker.check(_address(), crons, until=until)
    rows = [(name, str(value)) for name, value in found.figures.items()]
    rows += [("late p50 s", f"{found.late_p50_s:.3f}"), ("skipped", str(found.skipped)), ("kills", str(beats.kills))]
    rows.append(("a beat's clock off by", SKEW if shutil.which("faketime") else "nothing: apt install faketime"))
    harness.report("crons", rows, found.figures)
    if found.wrong:
        raise SystemExit("\n".join(found.wrong))


def _save(name: str) -> Watched:
    schedule, period, phase = SCHEDULES[name]
    overlap = "forbid" if name == "one-at-a-time" else "allow"
    cron = save_cron(
        CronSpec(job=Submission(action="bench_noop"), schedule=schedule, name=name, overlap=overlap), by=BY
    )
    if cron.next_run_at is None:
        raise RuntimeError(f"cron {name} has no next run")
    return Watched(key=cron.pk, first=cron.next_run_at, period=period, phase=phase)


def _watch(beats: Beats, *, seconds: int, calm: bool) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, random.uniform(3, 10)))  # noqa: S311 - no secret
        if not calm and time.monotonic() < end:
            beats.kill_one()


def _address() -> dict[str, object]:
    database: dict[str, object] = {**settings.DATABASES["default"]}
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {name: database[key] or None for name, key in names.items()}
