"""How a followed job is shown: plain lines for pipes and logs, in colors above a live bar on a terminal."""

import json
import re
from collections.abc import Sequence
from typing import IO, Any, Protocol

from jobs.cli.watch import End, Seen

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Screen(Protocol):
    """Where a follower shows what it sees."""

    def line(self, text: str) -> None: ...
    def note(self, text: str) -> None: ...
    def state(self, seen: Seen, reasons: Sequence[str]) -> None: ...
    def end(self, seen: Seen, end: End) -> None: ...
    def close(self) -> None: ...


class PlainScreen:
    """One line for each thing that changed."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._shown = ""

    def line(self, text: str) -> None:
        print(printable(text), file=self._out, flush=True)

    def note(self, text: str) -> None:
        self.line(text)

    def state(self, seen: Seen, reasons: Sequence[str]) -> None:
        text = state_words(seen, reasons)
        if text != self._shown:
            self._shown = text
            self.line(text)

    def end(self, seen: Seen, end: End) -> None:
        self.line(end_words(seen, end))
        if end.result is not None:
            self.line(result_text(end.result))

    def close(self) -> None:
        """Nothing to take down."""


def printable(text: str) -> str:
    """Without what moves the cursor or rings the bell: a log line must not drive the reader's terminal."""
    return _CONTROLS.sub("\ufffd", _ESCAPES.sub("", text))


def state_words(seen: Seen, reasons: Sequence[str]) -> str:
    """`running on w1, 3 of 8, 3 finished, the last eosdist`; `waiting: no worker is running`."""
    words = f"{seen.status} on {seen.worker}" if seen.worker else seen.status
    if reasons:
        words += ": " + "; ".join(reasons)
    return ", ".join(filter(None, [words, _progress_words(seen), finished_words(seen)]))


def finished_words(seen: Seen) -> str:
    """How many devices are done, and the last of them."""
    return f"{len(seen.finished)} finished, the last {seen.finished[-1]}" if seen.finished else ""


def end_words(seen: Seen, end: End) -> str:
    """`errored after 0.3 s on w1: RuntimeError: this action always fails`"""
    took = "" if seen.took is None else f" after {seen.took.total_seconds():.1f} s"
    place = f" on {seen.worker}" if seen.worker else ""
    return f"{seen.status}{took}{place}" + (f": {end.error}" if end.error else "")


def result_text(result: Any) -> str:
    """JSON for people; a reader can paste it into a program as well."""
    return json.dumps(result, indent=2, ensure_ascii=False)


def _progress_words(seen: Seen) -> str:
    if seen.done is None:
        return ""
    return f"{seen.done} of {seen.total}" if seen.total else f"{seen.done} done"
