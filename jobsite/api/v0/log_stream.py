"""The lines of a job's log as they come: a JSON object a line, to the end of the job."""

import json
import logging
import os
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from rest_framework.exceptions import Throttled

from jobs.models import Job
from jobs.states import FINAL, Status
from jobsite.api.places import take_place
from jobsite.api.reader import Reader
from jobsite.api.v0.log_lines import PART, read_lines
from jobsite.api.v0.wire import shown_status
from jobsite.web import stopping

CONTENT_TYPE = "application/x-ndjson"
# Of all processes of a server: each has a thread of its own.
MOST = 6
LOOK_SECONDS = 1.0
EMPTY_SECONDS = 15.0
# A proxy that keeps connections open for ever, or a client that was forgotten, must not hold a place for ever.
LIFE_SECONDS = 3600.0
RETRY_SECONDS = 10

logger = logging.getLogger(__name__)


class LogStream:
    """The parts of an answer. Holds one of the places until it is closed. Raises Throttled if there is none."""

    def __init__(self, job: int, *, first: int, most: int, reader: Reader) -> None:
        self._job, self._next, self._left, self._reader = job, first, most, reader
        self._status = str(Status.WAITING)
        self._place = take_place(settings.JOBSITE_HOME / "streams", of=MOST)
        if self._place is None:
            raise Throttled(RETRY_SECONDS, f"{MOST} logs are followed already; ask for this one without stream.")

    def __iter__(self) -> Iterator[bytes]:
        """Lines, an empty one every 15 seconds, and the status at last."""
        now = time.monotonic()
        ends_at, empty_at = now + LIFE_SECONDS, now + EMPTY_SECONDS
        while time.monotonic() < ends_at and not stopping():
            lines, ended = self._look()
            if lines:
                yield b"".join(map(_line, lines))
            if len(lines) == PART and self._left:
                continue
            if ended or not self._left:
                yield _line({"status": self._status})
                return
            if time.monotonic() >= empty_at:
                yield b"\n"
                empty_at += EMPTY_SECONDS
            if not self._reader.stays(LOOK_SECONDS):
                return
        yield _line({"status": self._status, "reconnect": True, "offset": self._next})

    def close(self) -> None:
        """Called by Django when the answer is over, however it ended."""
        if self._place is not None:
            os.close(self._place)
            self._place = None

    def _look(self) -> tuple[list[dict[str, Any]], bool]:
        """What is new, and whether no more will come."""
        try:
            # The status first: the lines of a job are written before its end.
            row = Job.objects.filter(pk=self._job).values_list("status", "late_result_at").first()
            lines = read_lines(self._job, first=self._next, most=self._left)
        except (OperationalError, InterfaceError) as error:
            # A restart of the database is no end of the job.
            logger.warning("log not read", extra={"job": self._job, "error": str(error).strip()})
            return [], False
        finally:
            # Between two looks nothing of the database is held.
            connection.close()
        self._left -= len(lines)
        self._next = lines[-1]["lineNum"] + 1 if lines else self._next
        self._status = shown_status(*row) if row else str(Status.DELETED)
        return lines, row is None or row[0] in FINAL


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
