"""The smallest actions: they test a runner, and clients of the original know them by name."""

from typing import Annotated

from pydantic import ConfigDict, Field

from jobs.actions.context import Context, JobCanceled
from jobs.actions.parameters import AnyParameters, Parameters
from jobs.actions.registry import action


class SleepParameters(Parameters):
    # MSR's own example sends {"k": "v"}.
    model_config = ConfigDict(extra="ignore")

    seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 60


@action("sleep", parameters=SleepParameters)
def sleep(context: Context[SleepParameters]) -> dict[str, float]:
    """Sleep for `seconds`, 60 unless given."""
    seconds = context.parameters.seconds
    context.log(f"sleeping for {seconds:g} s")
    if context.wait(seconds):
        raise JobCanceled("woken by a cancel")
    return {"slept_seconds": seconds}


@action("false", parameters=AnyParameters)
def fail(_context: Context[AnyParameters]) -> None:
    """Fail at once."""
    raise RuntimeError("this action always fails")


@action("noop", parameters=AnyParameters)
def noop(_context: Context[AnyParameters]) -> None:
    """Do nothing, with whatever parameters."""
