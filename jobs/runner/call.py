"""How a slot is called: by a bell that Celery brings, or by its own main process when the broker is away."""

import logging
import signal
from collections.abc import Iterable
from types import FrameType

from django.db import connections

from jobs.engine.claim import WorkerGone
from jobs.runner import process
from jobs.runner.descendants import send
from jobs.runner.loop import serve

logger = logging.getLogger(__name__)

# One that a process ignores until it listens.
WAKE_SIGNAL = signal.SIGURG


def answer(rung: str = "", *, hops: int = 0) -> None:
    """Run what waits, as long as it fits. `rung` is the class of the bell, if it was one."""
    with process.serving():
        try:
            serve(process.slot(), rung=rung, hops=hops)
        except WorkerGone as error:
            logger.error("call not answered", extra={"reason": str(error)})


def listen() -> None:
    """In a process of the pool: it waits for a message that does not come, and a signal reaches it there."""
    signal.signal(WAKE_SIGNAL, _on_wake)


def wake(idle: Iterable[int]) -> None:
    """In the main process. Celery's pool takes nothing while its loop waits for the broker; these take it from us."""
    for pid in idle:
        send(pid, WAKE_SIGNAL)


def _on_wake(_signal: int, _frame: FrameType | None) -> None:
    if process.is_serving():
        # Its own claim finds whatever this was about.
        return
    try:
        answer()
    except Exception:  # As Celery would keep it from the process, which has others to serve.
        logger.exception("call not answered")
    finally:
        # As Celery does after a task: a connection that breaks while the slot is idle must not meet its next job.
        connections.close_all()
