"""A store of blobs on disk: `sha256/<first two digits>/<digest>/data`."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1024 * 1024


class NoSuchBlob(LookupError):
    """The store has no blob with this digest."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"no blob with SHA256 {digest}")


class DamagedBlob(Exception):
    """The content of a blob is not what its digest says."""


def open_blob(store: Path, digest: str) -> BinaryIO:
    """The content, unread; raises NoSuchBlob."""
    try:
        return (store / "sha256" / digest[:2] / digest / "data").open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise NoSuchBlob(digest) from None


def verify(blob: BinaryIO, digest: str, *, progress: Callable[[int], object]) -> int:
    """Read all of it and return its size; raises DamagedBlob unless it has the digest. `progress` hears bytes read."""
    found, size = hashlib.sha256(), 0
    while chunk := blob.read(_CHUNK):
        found.update(chunk)
        size += len(chunk)
        progress(size)
    if found.hexdigest() != digest:
        raise DamagedBlob(f"blob {digest} is damaged: its content has SHA256 {found.hexdigest()}")
    blob.seek(0)
    return size
