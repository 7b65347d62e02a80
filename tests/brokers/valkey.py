"""A Valkey of its own, on loopback, that keeps nothing."""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.ports import free_ports, wait_for_port
from jobsite.home import BASE_DIR
from jobsite.up.paths import Paths
from jobsite.up.place import choose

START_SECONDS = 10.0


class Valkey:
    """The binary that `bin/run` starts too."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="jobsite-valkey-")
        self._program = choose(Paths(Path(self._folder.name)), say=lambda _: None).valkey
        [self._port] = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        options = {
            "port": str(self._port),
            "bind": "127.0.0.1",
            "dir": self._folder.name,
            "save": "",
            "appendonly": "no",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [self._program, *arguments], cwd=BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self._port, seconds=START_SECONDS)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_SECONDS)
        self._process = None

    def remove(self) -> None:
        self.stop()
        self._folder.cleanup()
