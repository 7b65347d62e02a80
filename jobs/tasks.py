"""The one Celery task of jobsite: a bell was rung."""

from celery import Task, shared_task

from jobs.doorbell import BELL
from jobs.runner.call import answer


class BellTask(Task):  # type: ignore[type-arg]
    """A task whose messages are read by jobs/runner/bell.py first."""

    Strategy = "jobs.runner.bell:strategy"


@shared_task(name=BELL, ignore_result=True, base=BellTask)
def bell(class_name: str, hops: int) -> None:
    """Run what waits, as long as it fits. The message is only a hint: what to run is asked of the database."""
    answer(class_name, hops=hops)
