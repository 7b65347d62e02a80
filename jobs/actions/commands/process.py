"""Starting and ending a program together with everything it starts."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from jobs.actions.commands.declaration import Command

_HELD = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2}
_PR_SET_PDEATHSIG = 1
# Looked up before the fork: between fork and exec only the plainest calls are safe.
_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


class CommandFailed(Exception):
    """The program could not be started, or did not end with exit code 0."""


@contextlib.contextmanager
def held_signals() -> Iterator[Callable[[], object]]:
    """Hold back signals until `release()`: a handler may raise anywhere, and a child just born would be lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)

    def release() -> object:
        return signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield release
    finally:
        release()


def start(command: Command, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, bound to the life of this thread; raises CommandFailed."""
    try:
        return subprocess.Popen(  # noqa: S603 - a fixed argv from a file that only the operator can write, never a shell
            command.argv,
            env=dict(environment),
            cwd=command.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_between_fork_and_exec(parent=os.getpid()),  # noqa: PLW1509 - needed for the bond to the parent
            bufsize=0,
        )
    except OSError as error:
        raise CommandFailed(f"{command.argv[0]} could not be started: {error}") from error


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the program and what it started, except what left its session; nothing if all have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def group_alive(process: subprocess.Popen[bytes]) -> bool:
    """Does the program, or anything that it started in its session, still run?"""
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _any_runs(process.pid)


def end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of the group."""
    signal_group(process, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _between_fork_and_exec(*, parent: int) -> Callable[[], None]:
    def prepare() -> None:
        # The pool ignores some signals and we hold others; a program expects neither.
        for number in _HELD:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            # The worker may have died before that call: then nothing would ever signal.
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def _any_runs(group: int) -> bool:
    """A dead process counts for killpg until it is reaped, and in a container often nobody reaps orphans."""
    stats = [_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
    # After the name: state, parent, group.
    return not stats or any(stat[2] == str(group) and stat[0] not in "ZX" for stat in stats if stat)


def _stat(path: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace").rpartition(")")[2].split()
    return []
