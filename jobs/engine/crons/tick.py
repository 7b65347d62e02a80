"""tick: fire all crons that are due and promote scheduled jobs; and when to look again."""

import time
from dataclasses import dataclass

from jobs.engine.actor import Actor
from jobs.engine.crons.fire import fire
from jobs.engine.promote import promote
from jobs.engine.rows import django_rows

# What is due, and another beat is at it: look again, but not at once.
BUSY_SECONDS = 0.05
# Who knows of something due wakes so long before it: to wake and to ask takes its time on a busy machine.
EARLY_SECONDS = 0.02

# One probe of an index each, however many crons and jobs there are.
_AHEAD = """SELECT
    (SELECT extract(epoch FROM min(next_run_at) - clock_timestamp())::float FROM jobs_cron WHERE enabled),
    (SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float FROM jobs_job WHERE due_at IS NOT NULL),
    (1 - extract(epoch FROM clock_timestamp())::numeric % 1)::float"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Seconds until something is due, by the database's clock; None for nothing. Negative is late.

    They count from `asked_at`, by this process's monotonic clock: an answer may be long on its way.
    """

    cron: float | None
    job: float | None
    whole_second: float
    asked_at: float

    @property
    def due(self) -> float | None:
        """Until the nearest of both."""
        return min((seconds for seconds in (self.cron, self.job) if seconds is not None), default=None)

    @property
    def wait(self) -> float:
        """All due seconds are whole ones: who looks at each sees in time also what was saved a moment ago."""
        if self.due is None:
            return self.whole_second
        return min(max(0.0, self.due - EARLY_SECONDS), self.whole_second) if self.due > 0 else BUSY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """How many crons and jobs had their turn, and whether a cron could not be fired."""

    fired: int = 0
    promoted: int = 0
    failed: bool = False


def look_ahead() -> Ahead:
    """All that an idle beat asks."""
    asked_at = time.monotonic()
    [(cron, job, whole_second)] = django_rows(_AHEAD, None)
    return Ahead(cron=cron, job=job, whole_second=whole_second, asked_at=asked_at)


def tick(ahead: Ahead, *, by: Actor) -> Tick:
    """Serve what is due, or is just about to be. No statement when nothing is."""
    fired, failed = _fire_all(by=by) if _has_come(ahead.cron) else (0, False)
    return Tick(fired=fired, failed=failed, promoted=promote() if _has_come(ahead.job) else 0)


def _fire_all(*, by: Actor) -> tuple[int, bool]:
    """How many, and whether one failed. One with much to catch up does not hold up the others, nor one that fails."""
    passed_over: set[int] = set()
    count, any_failed = 0, False
    while fired := fire(by=by, passed_over=passed_over):
        count, any_failed = count + len(fired), any_failed or any(cron.failed for cron in fired)
        passed_over |= {cron.cron_id for cron in fired if cron.again or cron.failed}
    return count, any_failed


def _has_come(seconds: float | None) -> bool:
    return seconds is not None and seconds <= EARLY_SECONDS
