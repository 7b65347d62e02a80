"""At most so many of something at once on this server, over all of its processes."""

import fcntl
import os
from pathlib import Path


def take_place(folder: Path, *, of: int) -> int | None:
    """A place of so many, or None if all are taken. `os.close` gives it back, and so does the end of the process."""
    # Files, and no rows: the kernel forgets who held one however they ended, and no connection is kept for it.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(of):
        descriptor = os.open(folder / str(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return descriptor
    return None
