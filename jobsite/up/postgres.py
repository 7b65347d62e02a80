"""The embedded PostgreSQL: our own child, on a socket only."""

import os
import shutil
import signal
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from jobsite.up.errors import Refused
from jobsite.up.place import Place
from jobsite.up.process import Pause, command_line, kill_group, spawn, wait_until
from jobsite.up.secrets import Secrets

ENVIRON = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # Clean: a PGDATA or PGPORT of the caller's must not get in.
INITDB = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--data-checksums",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # The same order of letters on every machine, whatever its C library.
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    "lc_messages": "C",
}
SILENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """Starts, also after a crash; knows the URL to reach it by."""

    place: Place
    sockets: Path
    secrets: Secrets
    name: ClassVar[str] = "postgres"
    stop_signals: ClassVar[tuple[int, ...]] = (signal.SIGINT, signal.SIGQUIT)  # Fast; immediate only if that hangs.

    @property
    def url(self) -> str:
        return f"postgres://jobsite:{self.secrets.database_password}@{quote(str(self.sockets), safe='')}/jobsite"

    def start(self, output: int, pause: Pause) -> subprocess.Popen[bytes]:
        stale = _end_running(self.place.data, pause)
        if not self.place.data.exists():
            self._init()
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink()
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        return spawn(
            [self.place.postgres / "postgres", "-D", self.place.data, *(f"--{k}={v}" for k, v in settings.items())],
            output=output,
            # PostgreSQL takes a pid file that names its own grandparent for a stale one: so it passes over a pid that
            # now belongs to another program, yet still refuses while a process of the crashed server is left.
            environ=ENVIRON | ({"PG_GRANDPARENT_PID": str(stale)} if stale else {}),
            stop_signal=signal.SIGINT,
            account=self.place.account,
        )

    def wait_until_ready(self, process: subprocess.Popen[bytes], pause: Pause) -> None:
        """As long as it says that it recovers it may take any time; a minute of silence is too long."""
        if not wait_until(lambda: self._status(process) != "", seconds=SILENCE_SECONDS, pause=pause):
            raise Refused(f"PostgreSQL said nothing for {SILENCE_SECONDS} s: see its lines above")
        while not wait_until(lambda: self._status(process) == "ready", seconds=SILENCE_SECONDS, pause=pause):
            continue
        self._make_database()

    def _status(self, process: subprocess.Popen[bytes]) -> str:
        """The word in its pid file, as pg_ctl reads it: asking by connections would fill the log of a long recovery."""
        if process.poll() is not None:
            raise Refused(f"PostgreSQL ended with {process.returncode} at its start: see its lines above")
        lines = _pid_file(self.place.data)
        return lines[7].strip() if len(lines) > 7 and lines[0] == str(process.pid) else ""

    def _connect(self) -> "psycopg2.extensions.connection":
        password = self.secrets.superuser_password
        try:
            return psycopg2.connect(host=str(self.sockets), dbname="postgres", user="postgres", password=password)
        except psycopg2.OperationalError as error:
            raise Refused(f"PostgreSQL does not let us in: {str(error).strip()}") from error

    def _make_database(self) -> None:
        """The application's own role may make databases (tests do) but is no superuser."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'jobsite'")
            if cursor.fetchone() == (0,):
                password = sql.Literal(self.secrets.database_password)
                cursor.execute("SET log_min_error_statement = panic")  # No password in the log, whatever happens.
                cursor.execute(sql.SQL("CREATE ROLE jobsite LOGIN CREATEDB PASSWORD {}").format(password))
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname = 'jobsite'")
            if cursor.fetchone() == (0,):
                cursor.execute("CREATE DATABASE jobsite OWNER jobsite")

    def _init(self) -> None:
        """Beside, then renamed: a half-made cluster is never taken for a whole one."""
        new = self.place.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.place.account.own(new)
        password = self.sockets / "password"
        password.touch(mode=0o600)
        password.write_text(self.secrets.superuser_password)
        self.place.account.own(password)
        try:
            process = spawn(
                [self.place.postgres / "initdb", "-D", new, f"--pwfile={password}", *INITDB],
                output=subprocess.PIPE,
                environ=ENVIRON,
                account=self.place.account,
            )
            said, _ = process.communicate()
        finally:
            password.unlink()
        if process.returncode:
            words = said.decode(errors="replace").strip()
            nameless = " (give this user a name in /etc/passwd, or set DATABASE_URL)" if "look up" in words else ""
            raise Refused(f"initdb could not make the database in {new}: {words}{nameless}")
        new.rename(self.place.data)


def _end_running(data: Path, pause: Pause) -> int | None:
    """End a PostgreSQL that still runs on these data; a pid that now belongs to something else is returned."""
    lines = _pid_file(data)
    if not lines or not lines[0].isdecimal():
        return None
    pid = int(lines[0])
    if not _is_postmaster(pid, data):
        return pid
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        os.kill(pid, number)
        if wait_until(lambda: not _is_postmaster(pid, data), seconds=10, pause=pause):
            break
    kill_group(pid)
    return None


def _is_postmaster(pid: int, data: Path) -> bool:
    line = command_line(pid)
    return str(data) in line and "postgres" in line


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
