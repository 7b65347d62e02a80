"""Celery alone, for comparison: a task that writes down when it began."""

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("bare", broker=os.environ.get("BROKER_URL"))
app.conf.update(
    task_ignore_result=True,
    task_default_queue="bare",
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@app.task(name="bare.clock")
def clock(folder: str, number: int) -> None:
    """One file a task: its name is the number, its text the time."""
    began = time.time()
    Path(folder, str(number)).write_text(repr(began))
