"""The doorbell: a Celery message on a class's queue that says "there may be work". It carries no truth and may be lost."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

BELL = "jobs.bell"
EXPIRES_SECONDS = 120
# A job that is due within this span is rung for at once: the workers' next look might come after its time.
SOON_SECONDS = 5.0
MAX_HOPS = 32


def ring(class_name: str, *, hops: int = MAX_HOPS, due_in: float = 0.0) -> bool:
    """Wake a worker that serves the class; `due_in` seconds from now if given. False when the broker can not be reached.

    A lost bell costs time, never a job: every worker also looks by itself.
    """
    try:
        current_app.send_task(
            BELL,
            args=[class_name, hops, round(due_in, 3)],
            queue=class_name,
            expires=EXPIRES_SECONDS,
            ignore_result=True,
            retry=True,
            retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0},
        )
    except (OperationalError, OSError) as error:
        logger.warning("bell not rung", extra={"class": class_name, "error": str(error)})
        return False
    return True
