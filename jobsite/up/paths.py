"""What lies where in JOBSITE_HOME, and who may use it: one `up` at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobsite.up.errors import Refused


@dataclass(frozen=True, slots=True)
class Paths:
    """The names inside a home."""

    home: Path

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def credentials(self) -> Path:
        return self.home / "credentials"

    @property
    def environment(self) -> Path:
        return self.home / "environment"

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def sockets(self) -> Path:
        """A link to the short folder that holds the sockets now."""
        return self.home / "sockets"

    @property
    def processes(self) -> Path:
        """One file for each child, so that the next start finds what a killed one left running."""
        return self.home / "processes"

    @property
    def tls(self) -> Path:
        return self.home / "tls"


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and at no moment readable by others."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)


@contextmanager
def hold(paths: Paths) -> Iterator[None]:
    """Make the home if need be and keep it for us alone; the kernel lets go even after kill -9."""
    try:
        if not paths.home.exists():
            paths.home.mkdir(parents=True)
            # As root the services run under another user, who must pass through the home to reach the data.
            paths.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        paths.processes.mkdir(exist_ok=True, mode=0o700)
        descriptor = os.open(paths.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(
            f"cannot write to {paths.home} ({error.strerror}): set JOBSITE_HOME to a folder of yours"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                f"another jobsite runs in {paths.home}: stop it first, or set JOBSITE_HOME to another folder"
            ) from error
        yield
    finally:
        os.close(descriptor)
