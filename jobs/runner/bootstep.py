"""How the node rides in a Celery worker: started after its pool, told of its stop, ended with it."""

from typing import Any

from celery import bootsteps, signals

from jobs.runner import bell, call, process
from jobs.runner.node import Node
from workers.presence import Identity

SUBSCRIBE_SECONDS = 0.2


class NodeStep(bootsteps.StartStopStep):
    """A step of the worker, not of its consumer: a broker that goes away does not restart it."""

    requires = ("celery.worker.components:Pool", "celery.worker.components:Timer")
    identity: Identity
    grace_seconds: float

    def start(self, worker: Any) -> None:
        """Begin heartbeats; from then on the consumer reads the queues that the node wants."""
        node = Node(identity=self.identity, grace_seconds=self.grace_seconds, worker=worker)
        bell.look_soon, bell.pass_on = node.look_in, node.pass_on
        # Kept on the worker, since Celery holds signal receivers weakly.
        worker.jobsite_node = node
        worker.jobsite_receivers = (lambda **_: node.stop(), lambda **_: node.end())
        signals.worker_shutting_down.connect(worker.jobsite_receivers[0])
        signals.worker_shutdown.connect(worker.jobsite_receivers[1])
        worker.timer.call_repeatedly(SUBSCRIBE_SECONDS, _subscribe, (worker, node))
        # The guard, which goes by the lease alone, would kill a pool that has just been made.
        node.renew()
        node.start()


def _subscribe(worker: Any, node: Node) -> None:
    """In the consumer's own thread: read the queues of classes that have appeared, and no others."""
    consumer = getattr(worker, "consumer", None)
    if consumer is None or consumer.task_consumer is None:
        return
    reading = {queue.name for queue in consumer.task_consumer.queues}
    for name in sorted(node.wanted_queues - reading):
        consumer.add_task_queue(name)
    # Of classes that were dropped, or that a cut of capacity leaves to others; not before the first look.
    for name in sorted(reading - node.wanted_queues) if node.wanted_queues else ():
        consumer.cancel_task_queue(name)


@signals.worker_process_init.connect
def _on_process_init(**_: Any) -> None:
    process.warm_up()
    call.listen()
