"""What the tests of this folder do to services and processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dj_database_url
import psycopg2

from jobsite.up.process import birth

ROOT = Path(__file__).resolve().parent.parent.parent
HOLD = """
import sys, time
from pathlib import Path
from jobsite.up.services import embedded_services
with embedded_services(Path(sys.argv[1])) as environ:
    print(environ["DATABASE_URL"], flush=True)
    time.sleep(600)
"""


def connect(url: str) -> "psycopg2.extensions.connection":
    parts = dj_database_url.parse(url)
    connection = psycopg2.connect(
        host=parts["HOST"], user=parts["USER"], password=parts["PASSWORD"], dbname=parts["NAME"]
    )
    connection.autocommit = True
    return connection


def execute(url: str, statement: str) -> object:
    connection = connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def hold(home: Path, environ: dict[str, str]) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def pids(home: Path) -> dict[str, int]:
    return {file.name: int(file.read_text().split()[0]) for file in (home / "processes").iterdir()}


def gone(pid: int, *, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while birth(pid) is not None and time.monotonic() < end:
        time.sleep(0.02)
    return birth(pid) is None


def as_user(uid: int, act: Callable[[], object]) -> str:
    """The name of what `act` raises when another user does it."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        try:
            act()
            os.write(write, b"nothing")
        except BaseException as error:  # noqa: BLE001 - it is the answer
            os.write(write, type(error).__name__.encode())
        os._exit(0)
    os.close(write)
    os.wait()
    with os.fdopen(read) as answer:
        return answer.read()
