"""`onlinegc_joblogs` and `onlinegc_jobs`: prune logs, and whole jobs, while everything runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from jobs.actions.context import Context, JobCanceled
from jobs.actions.parameters import Parameters
from jobs.actions.registry import action
from jobs.engine.prune import prune_job_logs, prune_jobs


class PruneParameters(Parameters):
    # Crons of the original send parameters of their own.
    model_config = ConfigDict(extra="ignore")

    days: Annotated[int, Field(ge=1, le=36_500)] = 90
    batch: Annotated[int, Field(ge=1, le=10_000)] = 1000


@action("onlinegc_joblogs", parameters=PruneParameters, cancel="check")
def onlinegc_joblogs(context: Context[PruneParameters]) -> dict[str, int]:
    """Delete the log lines of jobs that ended more than `days` ago, 90 unless given."""
    days, batch = context.parameters.days, context.parameters.batch
    progress = _after_batch(context, "lines")
    deleted = prune_job_logs(older_than=timedelta(days=days), batch=batch, progress=progress)
    context.log(f"deleted {deleted} log lines of jobs that ended more than {days} days ago")
    return {"days": days, "deleted_lines": deleted}


class PruneJobsParameters(PruneParameters):
    days: Annotated[int, Field(ge=1, le=36_500)] = 400
    # Each takes its log lines along.
    batch: Annotated[int, Field(ge=1, le=10_000)] = 200


@action("onlinegc_jobs", parameters=PruneJobsParameters, cancel="check")
def onlinegc_jobs(context: Context[PruneJobsParameters]) -> dict[str, int]:
    """Delete jobs that ended more than `days` ago, 400 unless given, with their logs; never one that has not ended."""
    days, batch = context.parameters.days, context.parameters.batch
    pruned = prune_jobs(older_than=timedelta(days=days), batch=batch, progress=_after_batch(context, "jobs"))
    context.log(f"deleted {pruned.jobs} jobs that ended more than {days} days ago, and {pruned.skips} skips of crons")
    return {"days": days, "deleted_jobs": pruned.jobs, "deleted_skips": pruned.skips}


def _after_batch(context: Context[Any], things: str) -> Callable[[int], None]:
    """Reports the sum, and ends the job there if it was asked to stop."""

    def after(deleted: int) -> None:
        context.progress(deleted, deleted)
        if context.check_canceled():
            raise JobCanceled(f"stopped after {deleted} {things}")

    return after
