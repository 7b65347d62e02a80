"""What a running job tells while it runs: log lines and progress, written in batches beside the action."""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg2

from jobs.actions.lines import clean, pieces
from jobs.engine import sql
from jobs.engine.session import Session
from jobs.seal.hush import hushed
from jobs.states import Status

FLUSH_SECONDS = 0.5
PROGRESS_SECONDS = 2.0
CANCEL_SECONDS = 1.0
BATCH_LINES = 1000
LAST_LINES_SECONDS = 30.0
MAX_COUNT = 2**63 - 1

logger = logging.getLogger(__name__)


class JobReporter:
    """The Reporter of one job. Costs no thread and no statement until the action says something."""

    def __init__(self, *, job_id: int, slot_name: str, session: Session, max_lines: int) -> None:
        self._job = {"job": job_id, "slot": slot_name}
        self._session = session
        self._max_lines = max_lines
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._lines: list[str] = []
        self._written_lines = 0
        self._finished: list[str] | None = None
        self._done: int | None = None
        self._total: int | None = None
        self._score: int | None = None
        self._unreported = False
        # The first progress is written at once, the next ones in steps.
        self._reported_at = 0.0
        self._canceled = False
        # The action has been told: it needs no exception besides.
        self.told = False
        self._asked_at = 0.0

    def log(self, text: str) -> None:
        with self._lock:
            self._lines += [piece for line in clean(hushed(text)).split("\n") for piece in pieces(line)]
            full = len(self._lines) >= BATCH_LINES
        self._start()
        if full:
            # The action waits here: a flood of lines must not fill the memory.
            self._try(self._flush_lines)

    def progress(self, *, done: int, total: int) -> None:
        self._note(lambda: self._set_progress(done, total))

    def finished(self, device: str) -> None:
        self._note(lambda: self._add_finished(device))

    def change_score(self, score: int) -> None:
        self._note(lambda: self._set_score(score))

    def canceled(self) -> bool:
        """Ask the database at most once a second; once True, always True."""
        if not self._canceled and time.monotonic() - self._asked_at >= CANCEL_SECONDS:
            self._asked_at = time.monotonic()
            self._try(self._ask_status)
        self.told = self._canceled
        return self._canceled

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self.canceled() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, CANCEL_SECONDS))
        return self._canceled

    def close(self) -> dict[str, Any]:
        """Write what is left of the log, and hand over the last progress for the job's end."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._flush_at_end()
        return {
            "finished": None if self._finished is None else json.dumps(self._finished),
            "progress_done": self._done,
            "progress_total": self._total,
            "change_score": self._score,
        }

    def _flush_at_end(self) -> None:
        """The last lines are worth a wait, though not for ever: the job's end waits for the same database."""
        end = time.monotonic() + LAST_LINES_SECONDS
        self._try(self._flush_lines)
        while self._lines and time.monotonic() < end:
            time.sleep(FLUSH_SECONDS)
            self._try(self._flush_lines)

    # ---- beside the action

    def _start(self) -> None:
        if self._thread is not None:
            return
        # Several threads of the action may say their first word at once: one that close() does not know
        # would still write while the slot is at its next job.
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="job-reporter", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(FLUSH_SECONDS)
            self._wake.clear()
            self._try(self._flush_lines)
            if time.monotonic() - self._reported_at >= PROGRESS_SECONDS:
                self._try(self._report)

    def _try(self, write: Callable[[], None]) -> None:
        """An outage must not reach the action: what could not be written is kept, and written at the next turn."""
        with self._writing:
            try:
                write()
            except psycopg2.Error as error:
                logger.warning("report not written", extra={**self._job, "error": str(error).strip()})
                self._session.reset()

    def _ask_status(self) -> None:
        self._see_status(self._session.rows(sql.STATUS_OF_OWN, self._job))

    def _flush_lines(self) -> None:
        while lines := self._lines[:BATCH_LINES]:
            self._write(lines)
            with self._lock:
                del self._lines[: len(lines)]

    def _write(self, lines: list[str]) -> None:
        first = self._written_lines
        kept = lines[: max(self._max_lines - first, 0)]
        if first <= self._max_lines < first + len(lines):
            kept.append(f"[log cut: only the first {self._max_lines} lines of a job are kept]")
        if kept:
            numbers = list(range(first, first + len(kept)))
            self._session.rows(sql.ADD_LOG_LINES, {**self._job, "numbers": numbers, "lines": kept})
        self._written_lines += len(lines)

    def _report(self) -> None:
        if not self._unreported:
            return
        told = {
            "finished": None if self._finished is None else json.dumps(self._finished),
            "done": self._done,
            "total": self._total,
            "score": self._score,
        }
        self._see_status(self._session.rows(sql.REPORT, {**self._job, **told}))
        self._unreported = False
        self._reported_at = time.monotonic()

    def _see_status(self, rows: list[tuple[Any, ...]]) -> None:
        # A row that is no longer this slot's is a job that somebody else has ended.
        self._canceled = not rows or rows[0][0] != Status.RUNNING

    def _note(self, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            self._unreported = True
        self._start()

    def _set_progress(self, done: int, total: int) -> None:
        self._done, self._total = _count(done), _count(total)

    def _add_finished(self, device: str) -> None:
        self._finished = [*(self._finished or []), clean(hushed(str(device)))]

    def _set_score(self, score: int) -> None:
        self._score = max(0, min(100, int(score)))


def _count(value: int) -> int:
    """A plain number that the column holds. An action may hand over numpy's; what is no number fails in the action."""
    return max(0, min(MAX_COUNT, int(value)))
