"""Secrets: made once, private, never made anew for data that need the old ones."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

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


def test_the_key_of_secret_parameters_is_made_with_them_or_added_to_an_older_file(top: Path) -> None:
    first = load_or_make(Paths(top), {}, data_exists=False)
    lines = (top / "secrets").read_text().splitlines()
    # Its last line left open, as some editors do.
    (top / "secrets").write_text("\n".join(line for line in lines if not line.startswith("PARAMETERS_KEY")))
    added = load_or_make(Paths(top), {}, data_exists=True)
    assert added.parameters_key != first.parameters_key
    assert added.broker_password == first.broker_password
    assert load_or_make(Paths(top), {}, data_exists=True) == added
    assert stat.S_IMODE((top / "secrets").stat().st_mode) == 0o600
    assert Fernet(added.parameters_key)


def test_for_a_database_of_somebody_elses_that_key_is_given_or_there_is_none(top: Path) -> None:
    environ = {"DATABASE_URL": "postgres://db/jobsite", "SECRET_KEY": "k" * 50}
    assert load_or_make(Paths(top), environ, data_exists=False).parameters_key == ""
    assert load_or_make(Paths(top), {**environ, "PARAMETERS_KEY": "a,b"}, data_exists=False).parameters_key == "a,b"


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
