"""The entries of an archive as they are found, and all that makes an archive one that is not read on."""

import re
from dataclasses import dataclass, field

from jobs.actions.lines import clean

MAX_ENTRIES = 10_000
MAX_NAME_CHARACTERS = 1024
MAX_UNPACKED_BYTES = 1024**3
# Honest small archives pack well too: the ratio counts from this size on.
MAX_RATIO = 200
RATIO_FROM_BYTES = 16 * 1024**2
# So many are named in a result; all are checked and counted.
MAX_NAMED = 1000
_DRIVE = re.compile(r"^[A-Za-z]:")


class ArchiveRefused(Exception):
    """The archive is a bomb, or would write outside its folder, or is damaged."""


@dataclass(slots=True, kw_only=True)
class Listing:
    """Filled entry by entry; refuses at the first that is wrong."""

    packed_bytes: int
    entries: list[dict[str, object]] = field(default_factory=list)
    count: int = 0
    unpacked_bytes: int = 0

    def add(self, name: str, *, size: int) -> None:
        """A file or folder, with its size unpacked."""
        self.count += 1
        if self.count > MAX_ENTRIES:
            raise ArchiveRefused(f"the archive has more than {MAX_ENTRIES} entries")
        check_name(name)
        if size < 0:
            raise ArchiveRefused(f"the archive is damaged: {shown(name)} has a negative size")
        self.unpacked_bytes += size
        check_size(self.unpacked_bytes, packed_bytes=self.packed_bytes)
        if len(self.entries) < MAX_NAMED:
            self.entries.append({"name": clean(name), "size": size})


def check_size(unpacked_bytes: int, *, packed_bytes: int) -> None:
    """Refuse an archive bomb."""
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        raise ArchiveRefused(f"the archive unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
    if unpacked_bytes > RATIO_FROM_BYTES and unpacked_bytes > MAX_RATIO * packed_bytes:
        raise ArchiveRefused(
            f"the archive unpacks to more than {MAX_RATIO} times its {packed_bytes:,} bytes: it may be a bomb"
        )


def check_name(name: str) -> None:
    """Refuse a name that would be written outside the folder it is unpacked in, on any system."""
    if len(name) > MAX_NAME_CHARACTERS:
        raise ArchiveRefused(
            f"the archive has a name of {len(name)} characters; at most {MAX_NAME_CHARACTERS} are read"
        )
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        raise ArchiveRefused(f"the archive has an absolute name: {shown(name)}")
    if ".." in parts:
        raise ArchiveRefused(f"the archive has a name that leaves its folder: {shown(name)}")


def shown(name: str) -> str:
    """A name that may hold anything, for a message."""
    return ascii(clean(name)[:200])
