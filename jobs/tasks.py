"""The one Celery task of jobsite: a bell was rung."""

from celery import shared_task

from jobs.doorbell import BELL
from jobs.runner import process
from jobs.runner.loop import serve


@shared_task(name=BELL, ignore_result=True, Strategy="jobs.runner.bell:strategy")
def bell(class_name: str, hops: int) -> None:
    """Run what waits, as long as it fits. The message is only a hint: what to run is asked of the database."""
    with process.serving():
        serve(process.slot(), rung=class_name, hops=hops)
