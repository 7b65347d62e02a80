"""A pytest plugin (`-p tests.services`): real PostgreSQL and Valkey, running before Django's settings are read."""

import atexit
import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings

from jobsite.up.services import VARIABLES, embedded_services

# Those of the first process, which the processes of pytest-xdist inherit. One of these uses them, the others start
# their own: a held server or a count of all its sessions must not reach into the tests of another process.
STARTED = "JOBSITE_TESTS_STARTED"
_running = ExitStack()


def _start() -> None:
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
        for variable in os.environ.get(STARTED, "").split():
            del os.environ[variable]
    os.environ[STARTED] = " ".join(variable for variable in VARIABLES.values() if not os.environ.get(variable))
    home = Path(tempfile.mkdtemp(prefix="jobsite-tests-"))
    (home / "static").mkdir()  # Where whitenoise looks.
    home.chmod(0o711)  # As root the services run as `nobody`, who must pass.
    _running.callback(shutil.rmtree, home, ignore_errors=True)
    os.environ["JOBSITE_HOME"] = str(home)
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(40))
    os.environ.update(_running.enter_context(embedded_services(home)))


def pytest_unconfigure() -> None:
    """Ends them also after Ctrl-C."""
    _running.close()


atexit.register(_running.close)
_start()


def pytest_configure() -> None:
    """Each test client makes its middleware anew: WhiteNoise must not read all static files again each time."""
    settings.WHITENOISE_AUTOREFRESH = True
