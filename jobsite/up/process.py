"""Start a child that does not outlive us, stop it, and find what a killed `up` left running."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from jobsite.up.account import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

Pause = Callable[[float], object]


class Program(Protocol):
    """What can be started, and with which signals, one after the other, it is asked to stop."""

    @property
    def name(self) -> str: ...
    @property
    def stop_signals(self) -> tuple[int, ...]: ...
    def start(self, output: int, pause: Pause) -> subprocess.Popen[bytes]: ...


def spawn(
    argv: Sequence[str | Path],
    *,
    output: int,
    environ: Mapping[str, str],
    stop_signal: int = signal.SIGTERM,
    account: Account | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    cwd: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """A child in a process group of its own: Ctrl-C reaches us alone, and we stop the children in order.

    Call it from the main thread: Linux sends the parent-death signal when the *thread* that forked ends.
    """
    other = account if account and account.other else None
    return subprocess.Popen(  # noqa: S603
        argv,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environ),
        cwd=cwd,
        process_group=0,
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
        preexec_fn=_die_with(os.getpid(), stop_signal),  # noqa: PLW1509 - one prctl, and `up` has no threads
    )


def _die_with(parent: int, stop_signal: int) -> Callable[[], None] | None:
    if _libc is None:
        return None
    prctl = _libc.prctl

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
        if os.getppid() != parent:  # It died between the fork and the line above.
            os._exit(1)

    return in_child


def stop(process: subprocess.Popen[bytes], signals: Iterable[int], *, seconds: float, pause: Pause) -> None:
    """Ask with each signal in turn, `seconds` for each, and then kill what is left of its group."""
    for number in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        wait_until(lambda: process.poll() is not None, seconds=seconds, pause=pause)
    kill_group(process.pid)
    process.wait()


def kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says the latter for a group of zombies.
        return


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: Pause) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        pause(0.02)
    return True


def birth(pid: int) -> str | None:
    """What tells a process from a later one of the same number: when it started. None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (
            None if fields[0] == "Z" else f"{fields[19]}@{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"
        )
    except OSError:
        return None if sys.platform == "linux" else _ps(pid, "lstart=")


def command_line(pid: int) -> str:
    """The arguments of a process in one line, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "" if sys.platform == "linux" else _ps(pid, "command=") or ""


def _ps(pid: int, column: str) -> str | None:
    found = subprocess.run(["ps", "-ww", "-o", column, "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return found.stdout.strip() or None
