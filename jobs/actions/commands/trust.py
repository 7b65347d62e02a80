"""Reads a file that decides what runs, only if nobody else could have written it."""

import os
import stat
from pathlib import Path

MAX_BYTES = 1024 * 1024
TRUSTED_USERS = {0, os.geteuid()}


class Untrusted(Exception):
    """Somebody other than this process's user or root could have written the file."""


def read_trusted(path: Path) -> bytes:
    """Its content; raises Untrusted or OSError. What is checked is the open file, so that it can not be swapped."""
    real = path.resolve(strict=True)
    # Not blocking: a pipe in place of the file must not hold up the start.
    descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Untrusted(f"{real} is not a regular file")
        _check("file", real, status)
        _check("folder", real.parent, real.parent.stat())
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Untrusted(f"{real} is larger than {MAX_BYTES} bytes")
    return data


def _check(kind: str, path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid not in TRUSTED_USERS:
        names = " or ".join(map(str, sorted(TRUSTED_USERS)))
        raise Untrusted(f"the {kind} {path} belongs to user id {status.st_uid}; it must belong to user id {names}")
    # In a sticky folder others can add files but not replace this one.
    if mode & 0o022 and not (kind == "folder" and mode & stat.S_ISVTX):
        raise Untrusted(f"the {kind} {path} can be written by others (mode {mode:04o}): chmod go-w {path}")
