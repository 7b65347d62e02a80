"""The application's own processes: web, worker, beat."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobsite.home import BASE_DIR
from jobsite.up.listen import Listen
from jobsite.up.process import Pause, spawn

PYTHON = sys.executable
# As many as may be busy with logs that are followed, and eight for all the rest.
WEB_THREADS = 14
GRACE_SECONDS = 5  # Of the 15 s that a whole stop may take.


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line in the folder of manage.py."""

    name: str
    argv: tuple[str | Path, ...]
    environ: Mapping[str, str]
    stop_signals: tuple[int, ...] = (signal.SIGTERM,)

    def start(self, output: int, pause: Pause) -> subprocess.Popen[bytes]:  # noqa: ARG002 - as every program
        return spawn(self.argv, output=output, environ=self.environ, cwd=BASE_DIR, stop_signal=self.stop_signals[0])


def programs(listen: Listen, certificate: tuple[Path, Path] | None, environ: Mapping[str, str]) -> list[Command]:
    surroundings = {
        "PYTHONWARNINGS": "ignore",  # For developers; what operators must know is logged.
        **environ,
        "PYTHONUNBUFFERED": "1",  # A line that waits in a buffer is lost when its process is killed.
        "TLS": "1" if listen.tls else "0",
    }
    commands: dict[str, tuple[str | Path, ...]] = {
        "web": _web(listen, certificate),
        "worker": (PYTHON, "manage.py", "worker", "--capacity", "scan=1,scanCheck=1", "--grace", str(GRACE_SECONDS)),
        "beat": (PYTHON, "-m", "celery", "-A", "jobsite", "--quiet", "beat"),
    }
    return [Command(name=name, argv=argv, environ=surroundings) for name, argv in commands.items()]


def _web(listen: Listen, certificate: tuple[Path, Path] | None) -> tuple[str | Path, ...]:
    options = ["--bind", listen.bind, "--config", "python:jobsite.web"]
    options += ["--worker-class", "gthread", "--threads", str(WEB_THREADS)]
    options += [
        "--workers",
        str(min(os.cpu_count() or 1, 4)),
        "--graceful-timeout",
        "5",
        "--no-control-socket",
        "--preload",
    ]
    if certificate:
        options += ["--certfile", str(certificate[0]), "--keyfile", str(certificate[1])]
    return (PYTHON, "-m", "gunicorn", *options, "jobsite.wsgi:application")
