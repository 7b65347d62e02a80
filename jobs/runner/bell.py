"""How a worker's main process reads a bell. Everything in the message is foreign until it was checked here."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery.worker import state
from celery.worker import strategy as celery_strategy

from jobs.doorbell import BELL, MAX_HOPS, SOON_SECONDS
from jobs.runner.passing import Passing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """One ring: for a class, with what is left of its hops, perhaps for a moment that is still to come."""

    class_name: str
    hops: int
    due_in: float


class NotABell(ValueError):
    """A message that is not of the form that jobsite sends."""


# Set by the node: called with the seconds until a scheduled job is due, and with a bell that no slot can answer.
look_soon: Callable[[float], None] = lambda _seconds: None  # noqa: E731
pass_on: Callable[[str, int], None] = lambda _class_name, _hops: None  # noqa: E731


def strategy(task: Any, app: Any, consumer: Any, **kwargs: Any) -> Callable[..., Any]:
    """Celery's way of handling a message, behind our own reading of it.

    Headers are made anew: a forged time limit would kill a slot, forged callbacks would publish in our name.
    """
    handle = celery_strategy.default(task, app, consumer, **kwargs)
    passing = Passing(pass_on=pass_on, call_after=consumer.timer.call_after)

    def on_message(message: Any, body: Any, ack: Any, reject: Any, callbacks: Any, **options: Any) -> Any:
        try:
            bell = read(message.body)
        except NotABell as error:
            logger.warning("message ignored: it is not a bell", extra={"reason": str(error)})
            ack(logger, consumer.connection_errors)
            return None
        if bell.due_in > 0:
            look_soon(bell.due_in)
            ack(logger, consumer.connection_errors)
            return None
        if not consumer.task_consumer.consuming_from(bell.class_name):
            # A new class: its own queue is read from the next look on.
            look_soon(0.0)
        if _full(consumer):
            passing.take(bell.class_name, bell.hops)
            ack(logger, consumer.connection_errors)
            return None
        _clean(message, bell)
        return handle(message, body, ack, reject, callbacks, **options)

    return on_message


def read(body: Any) -> Bell:
    """The bell in a message body `[[class, hops, due_in], {}, {...}]`."""
    try:
        [[class_name, hops, due_in], *_] = json.loads(body)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotABell(f"unreadable body: {error}") from error
    if not isinstance(class_name, str) or len(class_name) > 1400:
        raise NotABell("the class is not a name")
    if isinstance(hops, bool) or not isinstance(hops, int) or not 0 <= hops <= MAX_HOPS:
        raise NotABell(f"hops are not a number from 0 to {MAX_HOPS}")
    if not isinstance(due_in, int | float) or not 0 <= due_in <= SOON_SECONDS:
        raise NotABell(f"due_in is not a number from 0 to {SOON_SECONDS}")
    return Bell(class_name=class_name, hops=hops, due_in=due_in)


def _full(consumer: Any) -> bool:
    """Whether a bell would wait here for a slot. RabbitMQ hands over as many bells as there are slots, busy or not."""
    return len(state.reserved_requests) >= int(consumer.pool.num_processes)


def _clean(message: Any, bell: Bell) -> None:
    id_ = str(message.headers.get("id"))[:64]
    message.headers.clear()
    # Without an end: it would go by the clocks of two hosts, and an old bell does no harm.
    message.headers.update(lang="py", task=BELL, id=id_, root_id=id_, parent_id=None, group=None)
    message.body = json.dumps([[bell.class_name, bell.hops], {}, {}])
