"""No process starts with another key than the database's."""

import os
import subprocess
import sys

import pytest

from jobsite.up import fingerprint
from tests.up.acts import ROOT

COMMANDS = {
    "web": ["-c", "import jobsite.wsgi"],
    "worker": ["manage.py", "worker", "--name", "stranger"],
    "beat": ["-m", "celery", "-A", "jobsite", "beat"],
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_process_with_another_key_ends_at_once(name: str, test_database_url: str) -> None:
    fingerprint.check()
    environ = {**os.environ, "DATABASE_URL": test_database_url, "SECRET_KEY": "stranger" * 6}
    ended = subprocess.run(
        [sys.executable, *COMMANDS[name]],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "SECRET_KEY is not the one" in ended.stderr
