"""`manage.py up` as a person runs it, in a process of its own."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from jobsite.up.process import birth
from tests.up.acts import ROOT, pids

READY = "jobsite is ready: "


class Up:
    """Its output goes to a file, so that it can be read at any time."""

    def __init__(self, home: Path, environ: dict[str, str], *options: str, port: int) -> None:
        self.home, self.port = home, port
        self.log = home.parent / f"up-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(port), *options],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str, *, seconds: float = 60, times: int = 1) -> None:
        end = time.monotonic() + seconds
        while self.said.count(text) < times:
            assert time.monotonic() < end, f"no {text!r} in:\n{self.said}"
            assert self.process.poll() is None or text in self.said, f"ended without {text!r}:\n{self.said}"
            time.sleep(0.05)

    def ready(self) -> "Up":
        self.wait_for(READY)
        return self

    def get(self, path: str, **headers: str) -> int:
        """The status, 0 while nothing listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        except ConnectionError:
            return 0
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """The exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - began

    def kill_everything(self) -> None:
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()

    def pids(self) -> dict[str, int]:
        return pids(self.home)

    def close(self) -> None:
        if self.process.poll() is None:
            self.stop()


def descendants(pid: int) -> list[int]:
    """Also those of them that have left the group or the session."""
    text = subprocess.run(["/bin/ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for child, parent in (map(int, line.split()) for line in text.splitlines()):
        children.setdefault(parent, []).append(child)
    found, todo = list[int](), [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def alive(some: list[int]) -> list[int]:
    return [pid for pid in some if birth(pid) is not None]
