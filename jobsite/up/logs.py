"""What the children print, with a name before each line; one thread, so whoever waits, waits here."""

import os
import selectors
import time
from collections import deque
from typing import TextIO

from jobsite.up.errors import StopAskedFor
from jobsite.up.signals import Signals

COLOURS = {"postgres": 34, "valkey": 35, "web": 32, "worker": 36, "beat": 33}
WIDTH = max(map(len, COLOURS))
LONGEST = 65536
MUTED = (
    "Memory overcommit must be enabled",
    "Reading config from stdin",
)  # Valkey's, and only for those that save to disk.


class Logs:
    """A pipe for each child, read whenever something waits."""

    def __init__(self, out: TextIO, signals: Signals) -> None:
        self._out = out
        self._signals = signals
        self._colours = out.isatty() and not os.environ.get("NO_COLOR")
        self._read_by_someone = True
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[int, bytes] = {}
        self._last: dict[str, deque[str]] = {}

    def pipe(self, name: str) -> int:
        """The end to give to a child; close it after the start, so that its death ends the pipe."""
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._selector.register(read, selectors.EVENT_READ, name)
        self._unfinished[read] = b""
        return write

    def say(self, text: str) -> None:
        self._print("jobsite", text)

    def last(self, name: str) -> str:
        return "\n".join(self._last.get(name, ()))

    def wait(self, seconds: float) -> bool:
        """Print what comes first within this time, and whether anything did; StopAskedFor when a signal came."""
        if self._signals.stop_asked:
            raise StopAskedFor
        return self.drain(seconds)

    def drain(self, seconds: float) -> bool:
        """The same for those who are stopping already."""
        events = self._selector.select(seconds)
        for key, _ in events:
            self._read(key.fd, key.data)
        return bool(events)

    def settle(self, *, silence: float, at_most: float) -> None:
        """Until nobody has said anything for a while: what is said next is then the last line."""
        end = time.monotonic() + at_most
        while self.wait(silence) and time.monotonic() < end:
            continue

    def _read(self, descriptor: int, name: str) -> None:
        data = os.read(descriptor, LONGEST)
        *lines, rest = (self._unfinished[descriptor] + data).split(b"\n")
        if not data or len(rest) > LONGEST:
            lines, rest = [*lines, *([rest] if rest else [])], b""
        self._unfinished[descriptor] = rest
        for line in lines:
            text = line.decode(errors="replace").rstrip()
            self._last.setdefault(name, deque(maxlen=5)).append(text)
            if not any(muted in text for muted in MUTED):
                self._print(name, text)
        if not data:
            self._selector.unregister(descriptor)
            os.close(descriptor)

    def _print(self, name: str, text: str) -> None:
        if not self._read_by_someone:
            return
        prefix = f"{name:<{WIDTH}} | "
        if self._colours:
            prefix = f"\x1b[{COLOURS.get(name, 1)}m{prefix}\x1b[0m"
        try:
            print(prefix + text, file=self._out, flush=True)
        except (OSError, ValueError):  # The terminal or the reader has gone; an orderly stop needs no reader.
            self._read_by_someone = False
