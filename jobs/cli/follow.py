"""follow: show a job until it has ended."""

import io
import time
from typing import IO

from django.db import InterfaceError, OperationalError, connection
from rich.console import Console

from jobs.cli.live import LiveScreen
from jobs.cli.screen import PlainScreen, Screen
from jobs.cli.watch import Seen, Watch
from jobs.states import Status

POLL_SECONDS = 0.5
# Why a job waits takes a query for each worker.
REASON_SECONDS = 2.0


def screen_for(out: IO[str], *, no_color: bool) -> Screen:
    """A live one on a terminal that can draw, else plain lines."""
    if isinstance(out, io.TextIOWrapper):
        # A log line may hold what this terminal's or file's encoding lacks.
        out.reconfigure(errors="backslashreplace")
    # Without the option it is NO_COLOR that decides.
    console = Console(file=out, highlight=False, no_color=no_color or None)
    return LiveScreen(console) if out.isatty() and not console.is_dumb_terminal else PlainScreen(out)


def follow(watch: Watch, screen: Screen) -> Status:
    """Show the job, and the retries made of it, until the last has ended; the status of that end."""
    while True:
        try:
            seen = _to_the_end(watch, screen)
            retry = watch.next_attempt(seen.status)
            screen.end(seen, watch.end())
        except (OperationalError, InterfaceError) as error:
            # The job does not depend on who watches it: neither does the watcher on one connection.
            screen.note(f"the database does not answer, trying again: {str(error).strip().splitlines()[0]}")
            connection.close()
            time.sleep(POLL_SECONDS)
            continue
        if retry is None:
            return Status(seen.status)
        screen.note("it is tried again")
        watch = retry


def _to_the_end(watch: Watch, screen: Screen) -> Seen:
    reasons: tuple[str, ...] = ()
    asked_at = float("-inf")
    while True:
        seen = watch.look()
        for line in watch.new_lines():
            screen.line(line)
        if seen.ended:
            return seen
        if seen.status != Status.WAITING:
            reasons = ()
        elif time.monotonic() - asked_at >= REASON_SECONDS:
            reasons, asked_at = watch.reasons(), time.monotonic()
        screen.state(seen, reasons)
        time.sleep(POLL_SECONDS)
