"""A pytest plugin (`-p tests.services`): real PostgreSQL and Valkey, running before Django's settings are read."""

import atexit
import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings

from jobsite.up.services import embedded_services

_running = ExitStack()


def _start() -> None:
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
