"""Homes and environments as a person's shell would have them: without what tests.services has set."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from jobsite.up.paths import Paths
from jobsite.up.sockets import remove_socket_folder

OURS = (
    "DATABASE_URL",
    "BROKER_URL",
    "SECRET_KEY",
    "PARAMETERS_KEY",
    "JOBSITE_HOME",
    "JOBSITE_ADMIN_PASSWORD",
    "PORT",
    "TLS",
    "CI",
)


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder that every user can pass through; pytest's own tmp_path is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="jobsite-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(top: Path) -> Iterator[Path]:
    yield top / "home"
    remove_socket_folder(Paths(top / "home"))  # What a test that kills leaves behind.


@pytest.fixture
def environ(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Also set in this process, so that embedded services really start."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    return {**os.environ, "JOBSITE_HOME": str(home), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must run this as root")
        pytest.skip("needs root")


@pytest.fixture
def test_database_url() -> str:
    """For processes that are to see the database of the tests."""
    url, _, name = os.environ["DATABASE_URL"].rpartition("/")
    assert name
    return f"{url}/{connection.settings_dict['NAME']}"
