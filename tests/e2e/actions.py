"""Actions that only these tests run, in real worker processes."""

import os
import time
from datetime import timedelta
from typing import Any

from jobs.actions import Context, action
from jobs.actions.parameters import AnyParameters, Parameters


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
