"""Secrets: made once, private, never made anew for data that need the old ones."""

import stat
from pathlib import Path

import pytest

from jobsite.up.errors import Refused
from jobsite.up.paths import Paths, hold
from jobsite.up.secrets import load_or_make


def test_they_are_made_once_and_private(top: Path) -> None:
    first = load_or_make(Paths(top), {}, data_exists=False)
    assert load_or_make(Paths(top), {}, data_exists=True) == first
    assert stat.S_IMODE((top / "secrets").stat().st_mode) == 0o600
    assert len(first.secret_key) >= 50


def test_a_database_url_asks_for_the_key_that_others_use(top: Path) -> None:
    environ = {"DATABASE_URL": "postgres://db/jobsite"}
    with pytest.raises(Refused, match="SECRET_KEY is not"):
        load_or_make(Paths(top), environ, data_exists=False)
    given = load_or_make(Paths(top), {**environ, "SECRET_KEY": "k" * 50}, data_exists=False)
    assert given.secret_key == "k" * 50


def test_lost_secrets_are_not_made_anew_for_data_that_are_there(top: Path) -> None:
    with pytest.raises(Refused, match="bring it back from a backup"):
        load_or_make(Paths(top), {}, data_exists=True)


def test_a_damaged_file_is_told(top: Path) -> None:
    (top / "secrets").write_text("SECRET_KEY=x\n")
    with pytest.raises(Refused, match="lacks POSTGRES_SUPERUSER_PASSWORD"):
        load_or_make(Paths(top), {}, data_exists=False)


def test_a_home_that_cannot_be_written_is_told(top: Path) -> None:
    (top / "file").touch()
    with pytest.raises(Refused, match="set JOBSITE_HOME to a folder of yours"), hold(Paths(top / "file" / "home")):
        pass
