"""A slot's process and all that it forked, on Linux: found in /proc, and ended."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PAUSE_SECONDS = 0.01


def become_subreaper() -> bool:
    """Orphans among this process's descendants become its children, `setsid` or not. False where that is unknown."""
    if sys.platform != "linux":
        return False
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    return prctl is not None and prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def has_children() -> bool:
    """Whether this process has any child, running or not yet waited for: one system call."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def reap() -> None:
    """Wait for every child that has ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def kill_tree(pid: int, *, patience: float = 1.0) -> bool:
    """SIGKILL what this process forked, then the process. False if something is left after `patience` seconds."""
    until = time.monotonic() + patience
    # Held first, so that it forks no more. What it has forked stays below it until it dies, since it adopts orphans.
    send(pid, signal.SIGSTOP)
    killed = kill_descendants(pid, patience=patience)
    if not killed:
        return False
    send(pid, signal.SIGKILL)
    while not is_gone(pid):
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def kill_descendants(pid: int, *, patience: float = 1.0) -> bool:
    """SIGKILL children, grandchildren and so on, until none is left or `patience` seconds are over."""
    until = time.monotonic() + patience
    while found := descendants(pid):
        for each in found:
            send(each, signal.SIGKILL)
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def descendants(pid: int) -> set[int]:
    """What runs below this process now."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        if found := _state_and_parent(path):
            children.setdefault(found[1], []).append(int(path.parent.name))
    below: set[int] = set()
    ahead = [pid]
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child not in below:
                below.add(child)
                ahead.append(child)
    return {each for each in below if not is_gone(each)}


def is_gone(pid: int) -> bool:
    """Not there, or dead and only waiting to be reaped."""
    if sys.platform != "linux":
        return not send(pid, 0)
    found = _state_and_parent(Path(f"/proc/{pid}/stat"))
    return found is None or found[0] in "ZX"


def exit_status(pid: int) -> int | None:
    """Of a child that has ended: its exit code, or the signal as a negative number. It still has to be waited for."""
    if not hasattr(os, "waitid"):
        return None
    try:
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    if found is None:
        return None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


def send(pid: int, number: int) -> bool:
    """Signal a process; False if it is not there any more."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It changed its user: not ours to signal, but there.
        return True
    return True


def _state_and_parent(path: Path) -> tuple[str, int] | None:
    try:
        # The name before it may hold anything, spaces and brackets too.
        state, parent, *_ = path.read_text(errors="replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return state, int(parent)
