"""The way of one worker to PostgreSQL and the broker, which can be cut: a cable where there can be one, else a proxy.

A pulled cable is the harder case: it cuts the broker off too, and no first packet of a new connection gets through.
"""

import signal
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from benchmarks.cable import Cable, possible
from benchmarks.ports import free_ports

POSTGRES_SOCKET = ".s.PGSQL.5432"


class Way:
    """What the worker needs for it: `enter` before its command, and `environ`; and the proxy at its near end."""

    def __init__(self, services: Mapping[str, str]) -> None:
        self._cable = Cable() if possible() else None
        self.enter: tuple[str, ...] = self._cable.enter if self._cable else ()
        variables = ("DATABASE_URL", "BROKER_URL") if self._cable else ("DATABASE_URL",)
        host = self._cable.address if self._cable else "127.0.0.1"
        places = {name: f"{host}:{port}" for name, port in zip(variables, free_ports(len(variables)), strict=True)}
        urls = {name: urlsplit(services[name]) for name in variables}
        self.environ = {name: _through(url, places[name]) for name, url in urls.items()}
        ways = [f"{places[name]}={_target(url)}" for name, url in urls.items()]
        self.proxy: tuple[str, ...] = (sys.executable, "-m", "benchmarks.proxy", *ways)

    def lay(self) -> None:
        if self._cable:
            self._cable.lay()

    def cut(self, proxy: subprocess.Popen[bytes]) -> None:
        """Nothing arrives any more, and nothing is closed."""
        if self._cable:
            self._cable.pull()
        else:
            proxy.send_signal(signal.SIGUSR1)

    def heal(self, proxy: subprocess.Popen[bytes]) -> None:
        if self._cable:
            self._cable.join()
        else:
            proxy.send_signal(signal.SIGUSR2)

    def remove(self) -> None:
        if self._cable:
            self._cable.remove()


def _target(url: SplitResult) -> str:
    """Where the service listens: the path of a socket, or host:port."""
    if url.scheme == "redis+socket":
        return url.path
    # Not `hostname`, which is in lower case.
    host, _, port = url.netloc.rpartition("@")[2].partition(":")
    return f"{unquote(host)}/{POSTGRES_SOCKET}" if host.startswith("%2F") else f"{host}:{port}"


def _through(url: SplitResult, place: str) -> str:
    """The same database or queues, at another place."""
    login, at, _ = url.netloc.rpartition("@")
    scheme, path = ("redis", "/0") if url.scheme == "redis+socket" else (url.scheme, url.path)
    return f"{scheme}://{login}{at}{place}{path}"
