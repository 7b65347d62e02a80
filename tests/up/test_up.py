"""`manage.py up`, whole: start, stop, crash, and start again."""

import os
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.up.acts import ROOT, gone
from tests.up.running import READY, Up, alive, descendants

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Start = Callable[..., Up]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(home: Path, environ: dict[str, str], port: int) -> Iterator[Start]:
    started: list[Up] = []

    def begin(*options: str, port: int = port, **more: str) -> Up:
        started.append(Up(home, environ | more, *options, port=port))
        return started[-1]

    yield begin
    for up in started:
        up.close()


def credentials(home: Path) -> dict[str, str]:
    text = (home / "credentials").read_text()
    return dict(word.split("=", 1) for word in shlex.split(text))


def test_it_starts_stops_and_keeps_everything(start: Start, home: Path, port: int) -> None:
    began = time.monotonic()
    up = start().ready()
    first_took = time.monotonic() - began
    assert f"jobsite  | {READY}http://127.0.0.1:{port}/ (login: {home}/credentials)\n" in up.said
    first = credentials(home)
    assert first["LOGIN"] == "admin"
    for name in ("credentials", "secrets", "environment"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert set(up.pids()) == {"postgres", "valkey", "web", "worker", "beat"}
    assert up.get("/readyz") == 200
    everyone = descendants(up.process.pid)

    code, seconds = up.stop()
    assert code == 0
    assert seconds < 15
    assert alive(everyone) == []
    assert not (home / "environment").exists()

    # What the first start made is there: about 8 s where nothing else runs.
    began = time.monotonic()
    start().ready()
    assert time.monotonic() - began < first_took
    assert credentials(home) == first


def test_the_login_and_the_token_work(start: Start, home: Path, environ: dict[str, str]) -> None:
    start(JOBSITE_ADMIN_PASSWORD="it's a $ecret").ready()
    known = credentials(home)
    assert known["PASSWORD"] == "it's a $ecret"
    check = (
        "from django.contrib.auth import authenticate; from jobsite.access.tokens import find_token; "
        f"print(authenticate(username='admin', password={known['PASSWORD']!r}), find_token({known['TOKEN']!r}).user)"
    )
    # Another shell, that knows nothing but the home.
    shell = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", check],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shell.stdout.strip() == "admin admin", shell.stderr


def test_ctrl_c_ends_it_as_a_signal_does(start: Start) -> None:
    up = start().ready()
    everyone = descendants(up.process.pid)
    code, seconds = up.stop(signal.SIGINT)
    assert (code, seconds < 15, alive(everyone)) == (0, True, [])


@pytest.mark.chaos
def test_after_kill_9_of_everything_it_recovers_by_itself(start: Start, home: Path) -> None:
    start().ready().kill_everything()
    first = credentials(home)
    again = start().ready()
    assert credentials(home) == first
    assert again.get("/readyz") == 200


@pytest.mark.chaos
def test_after_kill_9_of_itself_nothing_goes_on_for_long(start: Start) -> None:
    up = start().ready()
    everyone = descendants(up.process.pid)
    up.process.kill()
    up.process.wait()
    start().ready()
    assert all(gone(pid) for pid in everyone)


@pytest.mark.chaos
def test_each_killed_process_is_started_again(start: Start) -> None:
    up = start().ready()
    everything = up.pids()
    for name, pid in everything.items():
        os.kill(pid, signal.SIGKILL)
        up.wait_for(f"jobsite  | {name} ended with signal SIGKILL: starting it again")
        end = time.monotonic() + 60
        while up.pids().get(name) in {pid, None} or up.get("/readyz") != 200:
            assert time.monotonic() < end, up.said
            time.sleep(0.2)
    assert set(up.pids()) == set(everything)


def test_a_second_in_the_same_home_is_refused(start: Start, port: int) -> None:
    start().ready()
    second = start(port=port + 1 if port < 65535 else port - 1)
    assert second.process.wait(30) == 1
    assert "another jobsite runs in" in second.said


def test_a_port_in_use_is_told_before_anything_starts(start: Start, home: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        up = start()
        assert up.process.wait(30) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in up.said
    assert "--port" in up.said
    assert not (home / "postgres").exists()


def test_an_open_network_without_tls_is_refused(start: Start) -> None:
    up = start("--host", "0.0.0.0")
    assert up.process.wait(30) == 1
    assert "in the clear" in up.said


def test_a_database_url_without_the_key_is_refused(start: Start) -> None:
    up = start(DATABASE_URL="postgres://127.0.0.1:1/none")
    assert up.process.wait(30) == 1
    assert "SECRET_KEY is not" in up.said


def test_another_key_on_the_same_database_is_refused(start: Start) -> None:
    start().ready().stop()
    up = start(SECRET_KEY="another" * 8)
    assert up.process.wait(60) == 1
    assert "SECRET_KEY is not the one" in up.said


def test_https_is_served_with_a_certificate_of_its_own(start: Start, home: Path, port: int) -> None:
    up = start("--tls").ready()
    assert f"{READY}https://127.0.0.1:{port}/" in up.said
    assert stat.S_IMODE((home / "tls" / "key.pem").stat().st_mode) == 0o600


def test_help_needs_nothing(environ: dict[str, str]) -> None:
    for arguments, words in ((["up", "--help"], "--port"), (["help"], "    up\n")):
        told = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        assert words in told.stdout
