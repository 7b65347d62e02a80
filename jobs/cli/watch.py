"""What one job is at, asked by its primary key: cheap enough for twice a second."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jobs.engine.waiting import waiting_reasons
from jobs.models import Job, JobLog
from jobs.states import FINAL, RETRIED, Status

BATCH_LINES = 1000
_COLUMNS = ("status", "worker__name", "progress_done", "progress_total", "finished", "started_at", "ended_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A job at one moment. A job that is gone is seen as deleted."""

    status: str
    worker: str = ""
    done: int | None = None
    total: int | None = None
    finished: tuple[str, ...] = ()
    # From its start to its end; None before the end, and for a job that never ran.
    took: timedelta | None = None

    @property
    def ended(self) -> bool:
        return self.status in FINAL or self.status == Status.DELETED


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What came of a job: `error` in one line, `result` as it was returned."""

    result: Any = None
    error: str = ""


class Watch:
    """Looks at one job, and remembers which lines of its log it has handed out."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self._last_line = -1

    def look(self) -> Seen:
        """Look first, then read the lines: those of a job that was seen to have ended are complete."""
        row = Job.objects.filter(pk=self.job_id).values(*_COLUMNS).first()
        if row is None:
            return Seen(status=Status.DELETED)
        started, ended = row["started_at"], row["ended_at"]
        return Seen(
            status=row["status"],
            worker=row["worker__name"] or "",
            done=row["progress_done"],
            total=row["progress_total"],
            finished=tuple(map(str, row["finished"] or ())),
            took=ended - started if started and ended else None,
        )

    def new_lines(self) -> Iterator[str]:
        """The lines since the last call, in batches, so that a flood does not fill the memory."""
        while True:
            newer = JobLog.objects.filter(job_id=self.job_id, line_number__gt=self._last_line)
            lines = list(newer.order_by("line_number").values_list("line_number", "data")[:BATCH_LINES])
            for self._last_line, line in lines:
                yield line
            if len(lines) < BATCH_LINES:
                return

    def reasons(self) -> tuple[str, ...]:
        """Why it waits, in words; nothing when it does not."""
        job = Job.objects.filter(pk=self.job_id).first()
        return () if job is None else tuple(reason.text for reason in waiting_reasons(job))

    def end(self) -> End:
        """What came of it, read once."""
        row = Job.objects.filter(pk=self.job_id).values("result", "exception", "cancel_reason", "canceled_by").first()
        if row is None:
            return End()
        canceled = _cancel(row["canceled_by"], row["cancel_reason"])
        return End(result=row["result"], error="; ".join(filter(None, [canceled, _error(row["exception"] or {})])))

    def next_attempt(self, status: str) -> "Watch | None":
        """The retry that was made of it, if its end is one of those that are tried again."""
        if status not in RETRIED:
            return None
        original = Job.objects.filter(pk=self.job_id).values_list("retry_from_id", flat=True).first() or self.job_id
        later = Job.objects.filter(retry_from_id=original, pk__gt=self.job_id).order_by("pk")
        attempt = later.values_list("pk", flat=True).first()
        return None if attempt is None else Watch(attempt)


def _cancel(by: str | None, reason: str | None) -> str:
    return ": ".join(filter(None, [by and f"by {by}", reason]))


def _error(exception: dict[str, Any]) -> str:
    return ": ".join(str(exception[key]) for key in ("type", "message") if exception.get(key))
