"""What a program prints, handed on line by line as it comes."""

import os
import selectors
from collections.abc import Callable
from time import monotonic
from typing import IO

from jobs.actions.lines import LineReader

# After this long without more, the beginning of a line is shown: a program that hangs has often said why.
PARTIAL_AFTER_SECONDS = 2.0
PIPE_CHUNKS = 16
_CHUNK = 64 * 1024


class Output:
    """The reading end of a pipe. `ended` once every writer has closed it."""

    def __init__(self, pipe: IO[bytes] | None, log: Callable[[str], None]) -> None:
        self.ended = False
        if pipe is None:
            raise ValueError("the program was started without a pipe")
        self._descriptor = pipe.fileno()
        self._log = log
        self._lines = LineReader()
        self._last_at = monotonic()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._descriptor, selectors.EVENT_READ)
        os.set_blocking(self._descriptor, False)

    def read(self, seconds: float) -> None:
        """Wait up to `seconds` for output and log what came; returns at once when the end is reached."""
        if self.ended:
            return
        if self._selector.select(seconds):
            self._read_once()
        elif monotonic() - self._last_at >= PARTIAL_AFTER_SECONDS:
            self._write(self._lines.flush())

    def drain(self, seconds: float) -> None:
        """Log what is still in the pipe, waiting at most `seconds` for its end."""
        until = monotonic() + seconds
        while not self.ended and (left := until - monotonic()) > 0:
            self.read(min(left, 0.1))
        # What a full pipe holds and no more: a writer that left the session may never end.
        for _ in range(PIPE_CHUNKS):
            if self.ended or not self._selector.select(0):
                return
            self._read_once()

    def close(self) -> None:
        """Log the rest of a line that never ended."""
        self._write(self._lines.close())
        self._selector.close()

    def _read_once(self) -> None:
        data = os.read(self._descriptor, _CHUNK)
        self._last_at = monotonic()
        if data:
            self._write(self._lines.feed(data))
        else:
            self.ended = True

    def _write(self, lines: list[str]) -> None:
        for line in lines:
            self._log(line)
