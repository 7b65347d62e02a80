"""Bytes of a process to lines that a log row can hold."""

import codecs
import re
from collections.abc import Iterator

from jobs.seal.hush import hushed

MAX_LINE_BYTES = 8 * 1024
_REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """What PostgreSQL can not store, NUL and lone surrogates, becomes U+FFFD."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def pieces(line: str) -> Iterator[str]:
    """The line in parts of at most 8 KB of UTF-8, never cut inside a character."""
    data = line.encode()
    while len(data) > MAX_LINE_BYTES:
        end = MAX_LINE_BYTES
        while data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[:end].decode()
        data = data[end:]
    yield data.decode()


class LineReader:
    """Cuts a stream of bytes into lines; holds back at most one partial line, of at most 8 KB."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._partial = ""

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes."""
        return self._take(self._decoder.decode(data))

    def flush(self) -> list[str]:
        """What is there of a line without an end."""
        line, self._partial = self._partial, ""
        return list(pieces(line)) if line else []

    def close(self) -> list[str]:
        """The rest, with a character that was never completed."""
        return [*self._take(self._decoder.decode(b"", final=True)), *self.flush()]

    def _take(self, text: str) -> list[str]:
        # Before a long line is cut, which could go through a secret.
        *lines, last = hushed(self._partial + clean(text)).split("\n")
        done = [piece for line in lines for piece in pieces(line.removesuffix("\r"))]
        *full, self._partial = pieces(last)
        return done + full
