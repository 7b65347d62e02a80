"""The same sentences on each broker: `@on_each_broker`, and the fixture `broker`."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

import pytest
from celery import current_app
from django.conf import settings
from kombu import pools

from benchmarks.rabbitmq import RabbitMQ
from jobs import doorbell
from jobsite.broker import transport_options
from tests.brokers.valkey import Valkey
from workers.models import CapacityClass

on_each_broker = pytest.mark.parametrize(
    "broker", ["valkey", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)], indirect=True
)


class Server(Protocol):
    """What both kinds can."""

    @property
    def url(self) -> str: ...
    @property
    def pid(self) -> int: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def remove(self) -> None: ...


KINDS: dict[str, Callable[[], Server]] = {"valkey": Valkey, "rabbitmq": RabbitMQ}


class Broker:
    """What a test does with the broker that it and its workers use."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def unread(self, *names: str) -> int:
        """Messages that nobody has taken, in the queues of these classes, of all classes unless named."""
        with current_app.connection_for_write() as connection:
            channel: Any = connection.default_channel
            return sum(
                channel.queue_declare(name, durable=True, auto_delete=False).message_count for name in names or _all()
            )

    def wipe(self) -> None:
        """Every message is lost."""
        with current_app.connection_for_write() as connection:
            channel: Any = connection.default_channel
            for name in _all():
                channel.queue_declare(name, durable=True, auto_delete=False)
                channel.queue_purge(name)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections stand, and nothing answers."""
        os.kill(self.server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.server.pid, signal.SIGCONT)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Connections break, and none can be made."""
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()


def _all() -> list[str]:
    return list(CapacityClass.objects.values_list("name", flat=True))


@pytest.fixture(scope="session")
def broker_servers() -> Iterator[dict[str, Server]]:
    """Started when first asked for: RabbitMQ takes seconds."""
    with ExitStack() as running:
        yield _Servers(running)


class _Servers(dict[str, Server]):
    def __init__(self, running: ExitStack) -> None:
        super().__init__()
        self._running = running

    def __missing__(self, kind: str) -> Server:
        server = KINDS[kind]()
        self._running.callback(server.remove)
        server.start()
        self[kind] = server
        return server


@pytest.fixture
def broker(
    request: pytest.FixtureRequest, broker_servers: dict[str, Server], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Broker]:
    """This process and the workers that it starts use it, in place of the one of all other tests."""
    server = broker_servers[request.param]
    monkeypatch.setenv("BROKER_URL", server.url)
    with _used(server.url):
        yield Broker(server)


@contextmanager
def _used(url: str) -> Iterator[None]:
    _use(url)
    try:
        yield
    finally:
        _use(settings.CELERY_BROKER_URL)


def _use(url: str) -> None:
    """Celery keeps its pools by the first URL that it was told."""
    app: Any = current_app
    pools.reset()
    app.pool.force_close_all()
    app._pool = app.amqp._producer_pool = None
    app.conf.broker_url = url
    app.conf.broker_transport_options = transport_options(url)
    doorbell.forget()
