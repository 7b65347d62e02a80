"""What an action prints, past its log: the worker's own output."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from jobs.seal.hush import hushed, knows_any


@contextmanager
def hushed_output() -> Iterator[None]:
    """Within, print() writes *** for what this process has learnt."""
    if not knows_any():
        yield
        return
    with redirect_stdout(_Hushed(sys.stdout)), redirect_stderr(_Hushed(sys.stderr)):
        yield


class _Hushed(io.TextIOBase):
    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(hushed(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()
