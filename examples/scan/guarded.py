"""Readers that stand between a hostile file and the libraries that parse it."""

import io
from typing import BinaryIO

from examples.scan.listing import ArchiveRefused, check_size

# The most that a parser may ask for at once: zip's directory, tar's extended headers are read whole.
MAX_READ_BYTES = 1024 * 1024


class CappedReader(io.RawIOBase):
    """Reads of any size would be memory of any size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = MAX_READ_BYTES + 1 if size is None or size < 0 else size
        data = self._file.read(min(wanted, MAX_READ_BYTES + 1))
        if len(data) > MAX_READ_BYTES:
            raise ArchiveRefused(f"the archive has a header of more than {MAX_READ_BYTES:,} bytes")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


class ForwardReader(CappedReader):
    """Skips by reading, so that what a packed stream really holds is counted, and never goes back."""

    def __init__(self, file: BinaryIO, *, packed_bytes: int) -> None:
        super().__init__(file)
        self._packed_bytes = packed_bytes
        self._at = 0
        # The last block that was read: what a parser stopped at.
        self.last = b""

    def read(self, size: int | None = -1, /) -> bytes:
        self.last = super().read(size)
        self._at += len(self.last)
        check_size(self._at, packed_bytes=self._packed_bytes)
        return self.last

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        # Python before 3.11.14 follows negative sizes back, for ever.
        if whence != io.SEEK_SET or offset < self._at:
            raise ArchiveRefused("the archive is damaged: an entry points back")
        while self._at < offset and self.read(min(offset - self._at, MAX_READ_BYTES)):
            pass
        return self._at

    def tell(self) -> int:
        return self._at
