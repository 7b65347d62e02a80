"""The client: a steady load over HTTP, and a file with each submission that was accepted.

`python -m benchmarks.chaos.client`, told all by its environment, ended by SIGTERM. SIGUSR1 makes the load calm, so that
a rate can be measured, SIGUSR2 as wild as before. Without Django: a stranger's view.
"""

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import deque
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.chaos.ledger import append
from benchmarks.chaos.plan import LOCKS, calm_submission, submissions

THREADS = 4
PATIENCE_SECONDS = 10.0
# One in so many submissions is followed by a cancel, every other one by force; one in so many by a forced clear.
CANCEL_EACH, CLEAR_EACH = 10, 25


class Site:
    """Requests on a connection of one thread. Answers (0, None) when none comes."""

    def __init__(self) -> None:
        self._port, self._token = int(os.environ["CHAOS_PORT"]), os.environ["CHAOS_TOKEN"]
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        self._connection = self._connection or http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=PATIENCE_SECONDS
        )
        try:
            self._connection.request(method, f"/api/v0{path}", json.dumps(body) if body else None, headers)
            answer = self._connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
            self._connection = None
            return 0, None


class Client:
    """Threads that share one stream of submissions, each at its time: a slow answer does not slow the others."""

    def __init__(self) -> None:
        seed = int(os.environ["CHAOS_SEED"])
        self._rate = float(os.environ["CHAOS_RATE"])
        self._bodies = submissions(seed)
        self._chance = random.Random(seed + 2)  # noqa: S311
        self._log = Path(os.environ["CHAOS_CLIENT_LOG"])
        self._began = time.monotonic()
        self._numbers = count()
        self._turn = threading.Lock()
        self._recent: deque[str] = deque(maxlen=20)
        self.stopped = threading.Event()
        self.calm = threading.Event()

    def work(self) -> None:
        site = Site()
        while not self.stopped.is_set():
            with self._turn:
                number = next(self._numbers)
            self.stopped.wait(max(self._began + number / self._rate - time.monotonic(), 0))
            if self.calm.is_set():
                self._submit(site, calm_submission(number))
            else:
                self._disturb(site, number)

    def _disturb(self, site: Site, number: int) -> None:
        with self._turn:
            body = next(self._bodies)
        self._submit(site, body)
        if number % CANCEL_EACH == 0 and self._recent:
            job = self._chance.choice(self._recent)
            how = {"reason": "chaos", "force": number % (2 * CANCEL_EACH) == 0}
            self._note("cancel", site.ask("POST", f"/jobs/{job}/cancel", how)[0], job=job, sent=how)
        if number % CLEAR_EACH == 0:
            name = self._chance.choice(LOCKS)
            how = {"reason": "chaos", "force": True}
            self._note("clear", site.ask("POST", f"/locks/{name}/clear", how)[0], lock=name)

    def _submit(self, site: Site, body: dict[str, Any]) -> None:
        status, answer = site.ask("POST", "/jobs", body)
        if status == 202:
            self._recent.append(answer["id"])
        self._note("submit", status, job=answer["id"] if status == 202 else None, sent=body)

    def _note(self, what: str, status: int, **fields: object) -> None:
        append(self._log, {"at": time.monotonic(), "what": what, "status": status, **fields})


def main() -> None:
    client = Client()
    signal.signal(signal.SIGTERM, lambda *_: client.stopped.set())
    signal.signal(signal.SIGUSR1, lambda *_: client.calm.set())
    signal.signal(signal.SIGUSR2, lambda *_: client.calm.clear())
    threads = [threading.Thread(target=client.work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
