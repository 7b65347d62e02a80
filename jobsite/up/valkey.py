"""The embedded Valkey: on a socket only, and nothing kept, since the broker's content is never needed."""

import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import redis

from jobsite.up.errors import Refused
from jobsite.up.place import Place
from jobsite.up.process import Pause, spawn, wait_until
from jobsite.up.secrets import Secrets

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {folder}
save ""
appendonly no
daemonize no
maxmemory-policy noeviction
loglevel warning
"""
START_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Valkey:
    """Starts, and knows the URL to reach it by."""

    place: Place
    sockets: Path
    secrets: Secrets
    name: ClassVar[str] = "valkey"
    stop_signals: ClassVar[tuple[int, ...]] = (signal.SIGTERM,)

    @property
    def _socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"redis+socket://:{quote(self.secrets.broker_password, safe='')}@{self._socket}?virtual_host=0"

    def start(self, output: int, pause: Pause) -> subprocess.Popen[bytes]:  # noqa: ARG002 - as every service
        text = CONFIGURATION.format(socket=self._socket, folder=self.sockets, password=self.secrets.broker_password)
        # On standard input: the password stands in no argument list and in no file that lasts.
        with tempfile.TemporaryFile() as configuration:
            configuration.write(text.encode())
            configuration.seek(0)
            return spawn(
                [self.place.valkey, "-"],
                output=output,
                environ={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                account=self.place.account,
                stdin=configuration,
            )

    def wait_until_ready(self, process: subprocess.Popen[bytes], pause: Pause) -> None:
        if not wait_until(lambda: self._answers(process), seconds=START_SECONDS, pause=pause):
            raise Refused(f"Valkey did not answer within {START_SECONDS} s: see its lines above")

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise Refused(f"Valkey ended with {process.returncode} at its start: see its lines above")
        client = redis.Redis(unix_socket_path=str(self._socket), password=self.secrets.broker_password)
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False
        finally:
            client.close()
