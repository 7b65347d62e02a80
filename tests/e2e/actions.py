"""Actions that only these tests run, in real worker processes."""

import contextlib
import hashlib
import os
import subprocess
import time
from datetime import timedelta
from functools import partial
from typing import Any

from examples import sync_devices
from jobs.actions import Action, Context, JobCanceled, action
from jobs.actions.commands.declaration import Command
from jobs.actions.commands.parameters import schema_of
from jobs.actions.commands.run import run_command
from jobs.actions.parameters import AnyParameters, Parameters
from jobs.actions.registry import register


class FileParameters(Parameters):
    """A file that the test makes when the action may end."""

    path: str


@action("test_until_file", parameters=FileParameters)
def until_file(context: Context[FileParameters]) -> str:
    """Run until the file is there."""
    while not os.path.exists(context.parameters.path):  # noqa: PTH110
        time.sleep(0.01)
    return "seen"


@action("test_chatty")
def chatty(context: Context[AnyParameters]) -> None:
    """Log, report progress, and go on until canceled."""
    context.log("first line\nsecond line\x00")
    context.progress(1, 2)
    context.finished("eosdist")
    context.change_score(40)
    context.wait(60)


@action("test_result")
def result(context: Context[AnyParameters]) -> Any:
    """Return what no database can keep."""
    return {
        "set": {1, 2},
        "large": "x" * 2_000_000,
        "nan": float("nan"),
        "nul": "a\x00b",
        "surrogate": "\ud800",
    }[context.sent["kind"]]


@action("test_exit")
def exit_hard(_context: Context[AnyParameters]) -> None:
    """End the process as a segfault would."""
    os._exit(3)


@action("test_always_fails", backoff=timedelta(seconds=0.2))
def always_fails(_context: Context[AnyParameters]) -> None:
    """Fail, and be worth another attempt."""
    raise OSError("no answer")


class RoundsParameters(Parameters):
    """Of a loop in C, in which no Python signal handler runs."""

    rounds: int = 10**9


@action("test_c_loop", parameters=RoundsParameters)
def c_loop(context: Context[RoundsParameters]) -> str:
    """Hear no signal."""
    return hashlib.pbkdf2_hmac("sha256", b"password", b"salt", context.parameters.rounds).hex()


class SecondsParameters(Parameters):
    """How long an action takes."""

    seconds: float


@action("test_deaf", parameters=SecondsParameters)
def deaf(context: Context[SecondsParameters]) -> None:
    """Hear every signal and go on."""
    context.log("began")
    end = time.monotonic() + context.parameters.seconds
    while time.monotonic() < end:
        with contextlib.suppress(BaseException):
            time.sleep(0.1)


@action("test_stubborn", parameters=SecondsParameters)
def stubborn(context: Context[SecondsParameters]) -> str:
    """Sleep without a look at cancels; return a word when a signal cuts the sleep."""
    context.log("began")
    try:
        time.sleep(context.parameters.seconds)
    except JobCanceled:
        return "cleaned up"
    return "slept"


@action("test_check", parameters=SecondsParameters, cancel="check")
def checking(context: Context[SecondsParameters]) -> str:
    """See the cancel, and take this long to come to an end."""
    while not context.check_canceled():
        time.sleep(0.05)
    time.sleep(context.parameters.seconds)
    return "came to its end"


class DaemonParameters(Parameters):
    """Where the daemon writes its process id."""

    path: str


_DAEMON = "(setsid sh -c 'echo $$ > \"$PARAM_PATH\"; exec sleep 600' >/dev/null 2>&1 &) &"
_STUBBORN = "trap '' TERM; "


@action("test_daemon", parameters=DaemonParameters)
def daemon(context: Context[DaemonParameters]) -> None:
    """Start what forks twice and leaves the session, then hear no signal."""
    subprocess.run(["sh", "-c", _DAEMON], check=True, env={**os.environ, "PARAM_PATH": context.parameters.path})  # noqa: S607
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 10**9)


def _command(name: str, script: str) -> None:
    """A command as an operator declares it."""
    command = Command(argv=["sh", "-c", script])
    register(Action(name=name, run=partial(run_command, command), parameters=schema_of(name, None)))


_command("test_cmd_daemon", f"{_DAEMON} sleep 600")
_command("test_cmd_deaf", f"{_STUBBORN} {_DAEMON} while true; do sleep 1; done")


def _wait_at_the_gate() -> None:
    """`sync_devices` in a test's worker: each device waits until the test opens."""
    write = sync_devices._Run.sync

    def gated(run: sync_devices._Run, name: str) -> None:
        while not os.path.exists(os.environ["TEST_GATE"]):  # noqa: PTH110
            time.sleep(0.01)
        write(run, name)

    sync_devices._Run.sync = gated  # type: ignore[method-assign]


if "TEST_GATE" in os.environ:
    _wait_at_the_gate()
