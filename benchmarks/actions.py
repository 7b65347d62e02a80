"""Actions of the benchmarks; the harness names this app in JOBSITE_APPS."""

import time

from jobs.actions import Context, action
from jobs.actions.parameters import AnyParameters


@action("bench_noop")
def noop(_context: Context[AnyParameters]) -> dict[str, bool]:
    """Nothing, with a result to store."""
    return {"ok": True}


@action("bench_clock")
def clock(_context: Context[AnyParameters]) -> float:
    """The time at the first line of the action."""
    return time.time()


@action("bench_hold")
def hold(context: Context[AnyParameters]) -> None:
    """Hold what it has until it is canceled."""
    while not context.wait(60):
        pass
