"""The doorbell: a Celery message on a class's queue that says "there may be work". It carries no truth."""

import logging
import time
from collections import Counter
from typing import Any

from amqp.exceptions import AMQPError
from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

logger = logging.getLogger(__name__)

BELL = "jobs.bell"
# A job that is due within this span is rung for at once: the workers' next look might come after its time.
SOON_SECONDS = 5.0
MAX_HOPS = 32
# So many unread bells of a class wake whoever could come: one more would tell nobody anything. Whoever takes the next
# of them claims after we asked, so it sees the job, which was committed before; it takes jobs until none fits, and
# rings on while work is left. On an idle system a queue is empty, so a single job's bell is never left out.
ENOUGH = 20
# After a bell that did not ring, the next ones of this process are not even tried for so long.
SILENT_SECONDS = 1.0
# How many more bells of a class this process may ring before it asks the broker again. Bounds what all
# processes together leave unread, without a question for each bell.
_allowed: Counter[str] = Counter()
_silent_until = 0.0


def ring(class_name: str, *, hops: int = MAX_HOPS, due_in: float = 0.0, at: str | None = None) -> bool:
    """Wake a worker that serves the class, `due_in` seconds from now if given. False without a broker.

    `at` names another class's queue to ring on. A lost bell costs time, never a job: every worker also looks by itself.
    """
    global _silent_until  # noqa: PLW0603 - one broker, one state of it for each process
    queue = at or class_name
    if time.monotonic() < _silent_until:
        return False
    try:
        with current_app.producer_or_acquire() as producer:
            _strike([class_name, hops, round(due_in, 3)], queue, producer)
    except (OperationalError, OSError, AMQPError, RedisError) as error:
        _silent_until = time.monotonic() + SILENT_SECONDS
        logger.warning("bell not rung", extra={"class": class_name, "error": str(error)})
        return False
    return True


def forget() -> None:
    """Know nothing of the broker: it is another one from now on."""
    global _silent_until  # noqa: PLW0603
    _allowed.clear()
    _silent_until = 0.0


def _strike(bell: list[Any], queue: str, producer: Any) -> None:
    """Once more at once, for a connection that went stale since the last bell; not for a broker that hangs."""
    for last in (False, True):
        try:
            producer.connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, interval_max=0)
            if _wanted(queue, producer):
                _publish(bell, queue, producer)
        except (OperationalError, OSError, AMQPError, RedisError) as error:
            # Dropped: an answer that comes late would be taken for that to the next question.
            producer.connection.collect()
            if last or isinstance(error.__cause__ or error, TimeoutError | RedisTimeout):
                raise
            producer.revive(producer.connection)
        else:
            return


def _wanted(queue: str, producer: Any) -> bool:
    """Whether one more bell could wake anybody. Asked at a process's first bell, then once in several."""
    if _allowed[queue] > 0:
        _allowed[queue] -= 1
        return True
    unread = _unread(queue, producer)
    # Half of what is missing: other processes ask at the same time.
    _allowed[queue] = max(0, ENOUGH - unread) // 2
    return unread < ENOUGH


def _unread(queue: str, producer: Any) -> int:
    """How many bells in the queue no worker has taken."""
    declared = producer.channel.queue_declare(queue, durable=True, auto_delete=False)
    return int(declared.message_count)


def _publish(bell: list[Any], queue: str, producer: Any) -> None:
    current_app.send_task(
        BELL,
        args=bell,
        queue=queue,
        producer=producer,
        # What a broker loses at its restart is found by the look: no disk has to be waited for.
        delivery_mode="transient",
        ignore_result=True,
        retry=False,
    )
