"""The doorbell: a Celery message on a class's queue that says "there may be work". It carries no truth."""

import logging
import time

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

BELL = "jobs.bell"
EXPIRES_SECONDS = 120
# A job that is due within this span is rung for at once: the workers' next look might come after its time.
SOON_SECONDS = 5.0
MAX_HOPS = 32
# After a bell that did not ring, the next ones of this process are not even tried for so long.
SILENT_SECONDS = 1.0
_silent_until = 0.0


def ring(class_name: str, *, hops: int = MAX_HOPS, due_in: float = 0.0) -> bool:
    """Wake a worker that serves the class, `due_in` seconds from now if given. False without a broker.

    A lost bell costs time, never a job: every worker also looks by itself.
    """
    global _silent_until  # noqa: PLW0603 - one broker, one state of it for each process
    if time.monotonic() < _silent_until:
        return False
    try:
        _publish(class_name, hops, due_in)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + SILENT_SECONDS
        logger.warning("bell not rung", extra={"class": class_name, "error": str(error)})
        return False
    return True


def _publish(class_name: str, hops: int, due_in: float) -> None:
    current_app.send_task(
        BELL,
        args=[class_name, hops, round(due_in, 3)],
        queue=class_name,
        expires=EXPIRES_SECONDS,
        ignore_result=True,
        # Once more at once, for a connection that went stale since the last bell.
        retry=True,
        retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0},
    )
