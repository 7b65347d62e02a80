"""Which jobsite this is."""

import subprocess
import tomllib

import pytest

from jobsite.home import BASE_DIR
from jobsite.version import VERSION, git_version


def test_it_is_the_packages() -> None:
    assert tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"] == VERSION


@pytest.mark.skipif(not (BASE_DIR / ".git").exists(), reason="an unpacked archive has no commit")
def test_a_clone_knows_its_commit() -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=BASE_DIR, capture_output=True, text=True, check=True)  # noqa: S607
    assert git_version() == head.stdout.strip()
