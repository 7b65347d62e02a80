"""Actions of the benchmarks; the harness names this app in JOBSITE_APPS."""

import time
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from benchmarks.chaos.ledger import Book
from jobs.actions import Context, Parameters, action
from jobs.actions.parameters import AnyParameters
from jobs.runner import process

ACT_SECONDS = 0.1


@action("bench_noop")
def noop(_context: Context[AnyParameters]) -> dict[str, bool]:
    """Nothing, with a result to store."""
    return {"ok": True}


@action("bench_clock")
def clock(_context: Context[AnyParameters]) -> float:
    """The time at the first line of the action."""
    return time.time()


class ChaosParameters(Parameters):
    seconds: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 0.0
    # Raises at its end.
    fails: bool = False
    # Goes on, whatever it is told.
    deaf: bool = False


@action("bench_chaos", parameters=ChaosParameters, backoff=timedelta(seconds=1))
def chaos(context: Context[ChaosParameters]) -> dict[str, str]:
    """Act for a while, and write each act into the ledger."""
    book = Book(job=str(context.job_id), slot=process.slot().name, fences=context.fence)
    book.write("start")
    end = time.monotonic() + context.parameters.seconds
    while (left := end - time.monotonic()) > 0:
        try:
            time.sleep(min(left, ACT_SECONDS))
        except BaseException:
            if not context.parameters.deaf:
                book.write("end")
                raise
        book.write("act")
    book.write("end")
    if context.parameters.fails:
        raise RuntimeError("this one was to fail")
    return {"run": book.run}


@action("bench_hold")
def hold(context: Context[AnyParameters]) -> None:
    """Hold what it has until it is canceled."""
    while not context.wait(60):
        pass
