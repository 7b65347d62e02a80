"""The broker under test: how each kind is started, and how all that it holds is wiped."""

import signal
import subprocess
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import amqp
import redis

from benchmarks.rabbitmq import RabbitMQ
from jobsite.broker import is_redis
from jobsite.up.process import Pause

KINDS = ("valkey", "rabbitmq")
# What a wipe raises where the broker is away.
AWAY = (OSError, amqp.AMQPError, redis.ConnectionError)


class Node:
    """RabbitMQ as a program on the stage, which knows Valkey already."""

    name = "rabbitmq"
    stop_signals = (signal.SIGTERM,)

    def __init__(self) -> None:
        self._server = RabbitMQ()
        self.url = self._server.url
        self.remove = self._server.remove

    def start(self, output: int, pause: Pause) -> subprocess.Popen[bytes]:  # noqa: ARG002 - it logs into its own home
        return self._server.spawn_node()

    def wait_until_ready(self, process: subprocess.Popen[bytes], pause: Pause) -> None:  # noqa: ARG002
        self._server.wait_until_ready()


def wipe(url: str, queues: Iterable[str]) -> None:
    """FLUSHALL of the Valkey that `up` starts; of RabbitMQ every message in these queues."""
    parts = urlsplit(url)
    if is_redis(url):
        client = redis.Redis(unix_socket_path=parts.path, password=unquote(parts.password or ""))
        try:
            client.flushall()
        finally:
            client.close()
        return
    with amqp.Connection(f"{parts.hostname}:{parts.port}", "guest", "guest") as connection:
        channel = connection.channel()
        for name in queues:
            channel.queue_declare(name, durable=True, auto_delete=False)
            channel.queue_purge(name)
