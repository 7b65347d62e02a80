"""Ctrl-C, SIGTERM and a closed terminal all ask for the same: an orderly end."""

import signal
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Only counts: whoever waits looks, so nothing is ever cut between a fork and its being written down."""

    def __init__(self) -> None:
        self.count = 0

    @property
    def stop_asked(self) -> bool:
        return self.count > 0

    @property
    def in_a_hurry(self) -> bool:
        """Asked twice."""
        return self.count > 1

    def catch(self) -> None:
        for number in ASKING:
            signal.signal(number, self._caught)

    def _caught(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signal.signal calls it
        self.count += 1
