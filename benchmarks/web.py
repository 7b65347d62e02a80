"""The web server as `up` starts it, on loopback, with the bare view beside the site."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.ports import free_ports, wait_for_port
from jobsite.up.listen import Listen
from jobsite.up.process import stop
from jobsite.up.programs import programs


@contextmanager
def web() -> Iterator[int]:
    """Its port."""
    [port] = free_ports(1)
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.web_settings",
        "JOBSITE_APPS": "benchmarks,examples",
    }
    known = programs(Listen(host="127.0.0.1", port=port, tls=False), None, environ)
    [server] = [program for program in known if program.name == "web"]
    with tempfile.TemporaryFile() as said:
        process = server.start(said.fileno(), time.sleep)
        try:
            wait_for_port(port, seconds=60)
            yield port
        finally:
            stop(process, server.stop_signals, seconds=10, pause=time.sleep)
