"""The way of a worker to its services: the same services at another place, and a proxy that can be cut."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from benchmarks import way
from benchmarks.ports import wait_for_port
from benchmarks.way import Way
from jobsite.home import BASE_DIR

POSTGRES = "postgres://jobsite:p%40ss@%2Frun%2FA-b/jobsite"


@pytest.fixture
def without_cable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "possible", lambda: False)


@pytest.fixture
def with_cable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "possible", lambda: True)


@pytest.mark.parametrize(
    ("url", "target", "over_the_cable"),
    [
        (POSTGRES, "/run/A-b/.s.PGSQL.5432", "postgres://jobsite:p%40ss@THERE/jobsite"),
        ("postgres://u:p@db:5432/test", "db:5432", "postgres://u:p@THERE/test"),
        ("redis+socket://:s@/run/A-b/valkey.sock?virtual_host=0", "/run/A-b/valkey.sock", "redis://:s@THERE/0"),
        ("redis://127.0.0.1:6379/0", "127.0.0.1:6379", "redis://THERE/0"),
        ("amqp://guest:guest@127.0.0.1:5672//", "127.0.0.1:5672", "amqp://guest:guest@THERE//"),
    ],
)
def test_a_service_is_reached_over_the_cable(with_cable: None, url: str, target: str, over_the_cable: str) -> None:
    made = Way({"DATABASE_URL": POSTGRES, "BROKER_URL": url})
    assert made.proxy[-1].partition("=")[2] == target
    assert re.sub(r"198\.18\.\d+\.\d+:\d+", "THERE", made.environ["BROKER_URL"]) == over_the_cable
    assert made.enter[0] == "nsenter"


@pytest.mark.netns
@pytest.mark.parametrize("lacking", ["net_admin", "sys_admin"])
def test_root_of_a_container_has_no_cable(lacking: str) -> None:
    asked = "from benchmarks.cable import possible; print(possible())"
    without = [f"--bounding-set=-{lacking}", f"--inh-caps=-{lacking}", sys.executable, "-c", asked]
    assert subprocess.check_output(["setpriv", *without], text=True, cwd=BASE_DIR) == "False\n"  # noqa: S607


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Path]:
    """What PostgreSQL's socket is to the proxy."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen()

        def answer() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as there:
                        while said := there.recv(100):
                            there.sendall(said)

        threading.Thread(target=answer, daemon=True).start()
        yield tmp_path


def test_without_a_cable_a_cut_proxy_forwards_nothing_and_closes_nothing(without_cable: None, echo: Path) -> None:
    made = Way({"DATABASE_URL": f"postgres://u:p@{str(echo).replace('/', '%2F')}/test"})
    assert list(made.environ) == ["DATABASE_URL"]
    assert made.enter == ()
    port = int(made.environ["DATABASE_URL"].rpartition(":")[2].partition("/")[0])
    with subprocess.Popen(made.proxy) as proxy:
        try:
            _cut_and_heal(made, proxy, port)
        finally:
            proxy.kill()


def _cut_and_heal(made: Way, proxy: subprocess.Popen[bytes], port: int) -> None:
    wait_for_port(port, seconds=10)
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as here:
        here.sendall(b"1")
        assert here.recv(100) == b"1"
        made.cut(proxy)
        here.settimeout(0.5)
        here.sendall(b"2")
        with pytest.raises(TimeoutError):
            here.recv(100)
        made.heal(proxy)
        here.settimeout(10)
        assert here.recv(100) == b"2"
