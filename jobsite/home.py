"""JOBSITE_HOME: where `manage.py up` keeps data, secrets and what other shells need to find it."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder named by JOBSITE_HOME, `.jobsite/` beside manage.py unless set."""
    return Path(os.environ.get("JOBSITE_HOME") or BASE_DIR / ".jobsite").expanduser().absolute()


def environment_file() -> Path:
    """KEY=VALUE lines (0600) of a running `up`, so that `manage.py enqueue` in another shell finds its services."""
    return home() / "environment"


def load_environment() -> None:
    """Fill what the process environment leaves out from the file of a running `up`; what is set stays."""
    try:
        text = environment_file().read_text()
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            os.environ.setdefault(key, value)
