"""The web server as `up` starts it, on the test's own database."""

import http.client
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from benchmarks.ports import free_ports
from jobsite.up.listen import Listen
from jobsite.up.programs import programs
from tests.e2e.conftest import process_environ, wait_until


class Web:
    """gunicorn with its processes; what it says goes to a file."""

    def __init__(self, log: Path) -> None:
        [self.port] = free_ports(1)
        listen = Listen(host="127.0.0.1", port=self.port, tls=False)
        self.url = listen.url.rstrip("/")
        self.log = log
        [web] = [program for program in programs(listen, None, process_environ()) if program.name == "web"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                list(map(str, web.argv)), cwd=settings.BASE_DIR, env=dict(web.environ), stdout=out, stderr=out
            )

    def wait_ready(self) -> None:
        def answers() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return self.get("/healthz") == 200

        wait_until(answers)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        """The status of the answer, which is not read; 0 while nothing listens."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            asked.request("GET", path, headers=headers or {})
            return asked.getresponse().status
        except ConnectionError:
            return 0
        finally:
            asked.close()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def running_web(log: Path) -> Iterator[Web]:
    web = Web(log)
    try:
        web.wait_ready()
        yield web
    finally:
        if web.process.poll() is None:
            web.stop()
