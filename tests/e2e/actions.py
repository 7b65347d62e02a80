"""Actions that only these tests run, in real worker processes."""

import base64
import contextlib
import ctypes
import hashlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from examples import sync_devices
from jobs.actions import Action, Context, JobCanceled, action
from jobs.actions.commands.declaration import Command
from jobs.actions.commands.parameters import schema_of
from jobs.actions.commands.run import run_command
from jobs.actions.parameters import AnyParameters, Parameters
from jobs.actions.registry import register
from jobs.actions.secret import Secret


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


class LoginParameters(Parameters):
    """A password, and where it is said aloud."""

    password: Annotated[str, Secret]
    user: str = ""


@action("test_log_in", parameters=LoginParameters)
def log_in(context: Context[LoginParameters]) -> Any:
    """Say the password wherever an action can say something, then return it or fail with it."""
    password = context.parameters.password
    encoded = base64.b64encode(f"{context.parameters.user}:{password}".encode()).decode()
    context.log(f"{password}\nAuthorization: Basic {encoded}\n{context.sent!r}")
    context.finished(password)
    print("printed", password)  # noqa: T201
    print("complained", password, file=sys.stderr)  # noqa: T201
    thread = threading.Thread(target=lambda: int(password))
    thread.start()
    thread.join()
    logging.getLogger(__name__).warning("logging in with %s", password, extra={"password": password})
    try:
        int(password)
    except ValueError:
        logging.getLogger(__name__).exception("no number")
    if context.parameters.user == "broken":
        raise RuntimeError(f"{password} is wrong", password)
    return {"password": password, "header": encoded}


register(
    Action(
        name="test_secret_program",
        run=partial(
            run_command,
            Command(argv=["/bin/sh", "-c", 'echo "got $PARAM_PASSWORD"; ps -ef; exit 3'], secret=["password"]),
        ),
        parameters=schema_of("test_secret_program", None, ["password"]),
    )
)


@action("test_exit")
def exit_hard(_context: Context[AnyParameters]) -> None:
    """End the process as a segfault would."""
    os._exit(3)


class DeathParameters(Parameters):
    """How the process dies, and after how many seconds."""

    way: str
    after: float


@action("test_die", parameters=DeathParameters)
def die(context: Context[DeathParameters]) -> None:
    """End the process in one of the ways in which real ones do."""
    time.sleep(context.parameters.after)
    if context.parameters.way == "segfault":
        ctypes.string_at(0)
    if context.parameters.way == "oom":
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(3)


class LedgerParameters(Parameters):
    """A file to which each run adds a line."""

    path: str
    name: str
    seconds: float


@action("test_ledger", parameters=LedgerParameters)
def ledger(context: Context[LedgerParameters]) -> None:
    """Say that it began, sleep, say that it ended: one write each, so that lines of many processes stay whole."""
    wanted = context.parameters
    _add_line(wanted.path, f"began {context.job_id} {wanted.name}")
    time.sleep(wanted.seconds)
    _add_line(wanted.path, f"ended {context.job_id} {wanted.name}")


def _add_line(path: str, line: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{line}\n".encode())
    os.close(file)


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

    sync_devices._Run.sync = gated  # type: ignore[assignment,method-assign]


if "TEST_GATE" in os.environ:
    _wait_at_the_gate()
