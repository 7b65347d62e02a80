"""Threads with connections of their own, on the real database. What fails in one of them fails the test."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection


class Threads:
    """Start them, and join them all."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []

    def start(self, work: Callable[..., object], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=self._guarded, args=(work, *arguments)))
        self._threads[-1].start()

    def join(self) -> None:
        """Wait for their ends. Raises what any of them has raised."""
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise BaseExceptionGroup("in threads", self._failures)

    def _guarded(self, work: Callable[..., object], *arguments: object) -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - told to the test
            self._failures.append(error)
        finally:
            connection.close()


def side_by_side(*works: Callable[[], object]) -> None:
    """Each once in a thread, until all have ended."""
    threads = Threads()
    for work in works:
        threads.start(work)
    threads.join()


def at_once(*works: Callable[[], object]) -> None:
    """Side by side; they begin when all of them are connected."""
    together = threading.Barrier(len(works))

    def connected(work: Callable[[], object]) -> Callable[[], None]:
        def act() -> None:
            connection.ensure_connection()
            together.wait()
            work()

        return act

    side_by_side(*(connected(work) for work in works))


@contextmanager
def over_and_over(*works: Callable[[], object]) -> Iterator[None]:
    """Each again and again in a thread, until the block is left."""
    threads, over = Threads(), threading.Event()

    def repeat(work: Callable[[], object]) -> None:
        while not over.is_set():
            work()

    for work in works:
        threads.start(repeat, work)
    try:
        yield
    finally:
        over.set()
        threads.join()
