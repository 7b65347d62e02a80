"""A client of the web server: how long an answer takes, and how many a second there are."""

import http.client
import itertools
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request under the name of its figures; of several paths each time the next."""

    name: str
    paths: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str | None = None
    # Besides success; what no index serves may end at the time limit of lists.
    may_be_refused: bool = False


class Answer(NamedTuple):
    seconds: float
    status: int
    headers: Mapping[str, str]


class Client:
    """One connection, kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, asked: Asked, path: str) -> Answer:
        """From the first byte sent to the last one read. RuntimeError for an answer that measures nothing."""
        began = time.perf_counter()
        self._connection.request(asked.method, path, body=asked.body, headers=dict(asked.headers))
        answer = self._connection.getresponse()
        text = answer.read()
        seconds = time.perf_counter() - began
        if answer.status >= 300 and not (asked.may_be_refused and answer.status == 400 and b"took longer than" in text):
            raise RuntimeError(f"{asked.method} {path}: {answer.status} {text[:500]!r}")
        return Answer(seconds, answer.status, dict(answer.getheaders()))

    def close(self) -> None:
        self._connection.close()


def answers(port: int, asked: Asked, times: int) -> list[Answer]:
    """One after the other; the first three, which find nothing in any cache, do not count."""
    client = Client(port)
    paths = itertools.cycle(asked.paths)
    try:
        return [client.ask(asked, next(paths)) for _ in range(times + 3)][3:]
    finally:
        client.close()


def per_second(port: int, asked: Asked, *, seconds: float, clients: int = 4) -> float:
    """Answers in all to so many clients at once, each of which asks again as soon as it has its answer."""
    _together(port, asked, seconds=seconds / 5, clients=clients)
    return _together(port, asked, seconds=seconds, clients=clients)


def warm(port: int, asked: Asked) -> None:
    """More clients at once than the server has threads: each opens its session of the database."""
    _together(port, asked, seconds=3, clients=40)


def _together(port: int, asked: Asked, *, seconds: float, clients: int) -> float:
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        counts: Iterable[int] = pool.map(lambda _: _until(port, asked, end), range(clients))
        return sum(counts) / seconds


def _until(port: int, asked: Asked, end: float) -> int:
    client, count = Client(port), 0
    try:
        for path in itertools.cycle(asked.paths):
            client.ask(asked, path)
            if time.monotonic() > end:
                return count
            count += 1
    finally:
        client.close()
    return count
