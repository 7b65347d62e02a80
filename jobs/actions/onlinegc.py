"""`onlinegc_joblogs` and `onlinegc_jobs`: prune logs, and whole jobs, while everything runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from jobs.actions.context import Context, JobCanceled
from jobs.actions.parameters import Parameters
from jobs.actions.registry import action
from jobs.engine.actor import Actor
from jobs.engine.prune import prune_job_logs, prune_jobs
from jobs.models import Job

# Whatever ends here is as gone as a job that is deleted by hand.
NEEDS = "jobs.delete_job"


class PruneParameters(Parameters):
    # Crons of the original send parameters of their own.
    model_config = ConfigDict(extra="ignore")

    days: Annotated[int, Field(ge=1, le=36_500)] | None = 90
    most: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    batch: Annotated[int, Field(ge=1, le=10_000)] = 1000

    @model_validator(mode="after")
    def _by_something(self) -> Self:
        if self.days is None and self.most is None:
            raise ValueError("days and most are both null: by one of them it must know what is old")
        return self

    @property
    def older_than(self) -> timedelta | None:
        return None if self.days is None else timedelta(days=self.days)

    @property
    def words(self) -> str:
        """Whose logs, or which jobs, go."""
        age = None if self.days is None else f"jobs that ended more than {self.days} days ago"
        number = None if self.most is None else f"all but the {self.most} jobs that ended last"
        return " and of ".join(filter(None, (age, number)))


@action("onlinegc_joblogs", parameters=PruneParameters, cancel="check", needs=NEEDS)
def onlinegc_joblogs(context: Context[PruneParameters]) -> dict[str, int | None]:
    """Delete the log lines of jobs that ended more than `days` ago, 90 unless given; of all but the `most` newest."""
    asked = context.parameters
    deleted = prune_job_logs(**_as_asked(context, "lines"))
    context.log(f"deleted {deleted} log lines of {asked.words}")
    return {"days": asked.days, "most": asked.most, "deleted_lines": deleted}


class PruneJobsParameters(PruneParameters):
    days: Annotated[int, Field(ge=1, le=36_500)] | None = 400
    # Each takes its log lines along.
    batch: Annotated[int, Field(ge=1, le=10_000)] = 200


@action("onlinegc_jobs", parameters=PruneJobsParameters, cancel="check", needs=NEEDS)
def onlinegc_jobs(context: Context[PruneJobsParameters]) -> dict[str, int | None]:
    """Delete jobs that ended more than `days` ago, 400 unless given, and all but the newest `most`, with their logs.

    Never one that has not ended.
    """
    asked = context.parameters
    pruned = prune_jobs(**_as_asked(context, "jobs"))
    context.log(f"deleted {pruned.jobs} jobs of {asked.words}, and {pruned.skips} skips of crons")
    return {"days": asked.days, "most": asked.most, "deleted_jobs": pruned.jobs, "deleted_skips": pruned.skips}


def _as_asked(context: Context[Any], things: str) -> dict[str, Any]:
    """What both prunes are told."""
    asked = context.parameters
    return {
        "older_than": asked.older_than,
        "most": asked.most,
        "batch": asked.batch,
        "progress": _after_batch(context, things),
        "job_id": context.job_id,
        "by": _actor(context),
    }


def _actor(context: Context[Any]) -> Actor:
    """The action, for whoever had the job made; for nobody, if a cron was due."""
    user = Job.objects.filter(uuid=context.job_id).values_list("scheduled_by", flat=True).first()
    return Actor(dialect="engine", user=user or "", client=f"action {context.action}")


def _after_batch(context: Context[Any], things: str) -> Callable[[int], None]:
    """Reports the sum, and ends the job there if it was asked to stop."""

    def after(deleted: int) -> None:
        context.progress(deleted, deleted)
        if context.check_canceled():
            raise JobCanceled(f"stopped after {deleted} {things}")

    return after
