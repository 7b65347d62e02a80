"""Starts after a crash: nothing committed is lost, nothing stale blocks, nothing old goes on running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobsite.up.paths import Paths
from jobsite.up.place import choose
from jobsite.up.process import birth
from jobsite.up.services import Service, embedded_services, plan
from jobsite.up.sockets import remove_socket_folder
from tests.up.acts import execute, gone, hold, pids

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


def test_kill_9_of_everything_loses_nothing_that_was_committed(home: Path, environ: dict[str, str]) -> None:
    process, url = hold(home, environ)
    execute(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    for pid in [process.pid, *pids(home).values()]:
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    with embedded_services(home) as found:
        assert execute(found["DATABASE_URL"], "SELECT count(*) FROM kept") == (1000,)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends them")
def test_the_services_do_not_outlive_a_killed_parent(home: Path, environ: dict[str, str]) -> None:
    process, _ = hold(home, environ)
    running = pids(home)
    process.kill()
    process.communicate()
    assert all(gone(pid) for pid in running.values())


@pytest.mark.parametrize("written_down", [True, False])
def test_a_postgres_that_still_runs_is_ended_before_the_next(
    home: Path, environ: dict[str, str], *, written_down: bool
) -> None:
    with embedded_services(home) as first:
        execute(first["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    old = start_alone(home, first)
    if written_down:
        (home / "processes" / "postgres").write_text(f"{old.pid} {signal.SIGINT:d} {birth(old.pid)}")
    with embedded_services(home) as second:
        assert execute(second["DATABASE_URL"], "SELECT answer FROM kept") == (42,)
        assert old.poll() is not None


def start_alone(home: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """As one that a killed `up` left behind where no parent-death signal exists."""
    postgres: Service = plan(Paths(home), {}, say=lambda _: None).services[0]
    process = postgres.start(subprocess.DEVNULL, time.sleep)
    postgres.wait_until_ready(process, time.sleep)
    return process


def test_a_pid_file_that_names_another_program_does_not_block(home: Path, environ: dict[str, str]) -> None:
    with embedded_services(home):
        pass
    process = start_alone(home, environ)
    process.kill()
    process.wait()
    remove_socket_folder(Paths(home))
    file = home / "postgres" / "postmaster.pid"
    lines = file.read_text().splitlines()
    account = choose(Paths(home), say=lambda _: None).account  # A stranger's pid PostgreSQL takes for stale anyway.
    with subprocess.Popen(["/bin/sleep", "60"], user=account.uid if account.other else None) as other:
        file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        with embedded_services(home) as found:
            assert execute(found["DATABASE_URL"], "SELECT 1") == (1,)
        assert other.poll() is None
        other.kill()
