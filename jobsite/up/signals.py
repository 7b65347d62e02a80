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

    def catch(self) -> None:
        for number in ASKING:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # Started by nohup: a closed terminal is to change nothing.
            signal.signal(number, self._caught)

    def _caught(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signal.signal calls it
        self.count += 1
