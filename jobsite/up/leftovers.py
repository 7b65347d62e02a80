"""Each child is written down, so that a start after `kill -9` first ends what still runs from before."""

import os
import signal
from pathlib import Path

from jobsite.up.paths import Paths
from jobsite.up.process import Pause, birth, kill_group, wait_until


def remember(paths: Paths, name: str, pid: int, stop_signal: int) -> None:
    (paths.processes / name).write_text(f"{pid} {stop_signal:d} {birth(pid)}")


def forget(paths: Paths, name: str) -> None:
    (paths.processes / name).unlink(missing_ok=True)


def end_leftovers(paths: Paths, *, pause: Pause) -> list[str]:
    """The names of what was still running and is now gone."""
    running = [(file, *entry) for file in sorted(paths.processes.iterdir()) if (entry := _running(file))]
    for _, pid, stop_signal, _ in running:
        _send(pid, stop_signal)
    for _, pid, _, born in running:
        end(pid, born, pause=pause)
    for file in paths.processes.iterdir():
        file.unlink()
    return [file.name for file, *_ in running]


def end(pid: int, born: str, *, pause: Pause) -> None:
    """It was asked already: insist, then force. SIGQUIT is the quick way out of all that we start."""
    for seconds, harder in ((10, signal.SIGQUIT), (5, signal.SIGKILL), (5, signal.SIGKILL)):
        if wait_until(lambda: birth(pid) != born, seconds=seconds, pause=pause):
            break
        _send(pid, harder)
    kill_group(pid)


def _running(file: Path) -> tuple[int, int, str] | None:
    try:
        pid, stop_signal, born = file.read_text().split(" ", 2)
    except ValueError:  # Cut short by a crash.
        return None
    return (int(pid), int(stop_signal), born) if birth(int(pid)) == born else None


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
