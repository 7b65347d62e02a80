"""What is due for a running job at this moment, by its cancel and its deadline: values in, a step out."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from jobs.engine.look import Watched
from jobs.states import UNWANTED

# After the signal to an action that checks for cancels by itself and had its stop timeout already.
CHECK_KILL_SECONDS = 5.0
# A command kills its own program when its grace is over: its word of that should come before our SIGKILL.
MARGIN_SECONDS = 1.0

CancelMode = Literal["signal", "check"]


class Step(Enum):
    LEAVE = "leave"
    # Mark the row, then signal the process.
    STOP = "stop"
    KILL = "kill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`again_in`: seconds until the next step could be due; None when nothing is to come."""

    step: Step
    again_in: float | None = None


def decide(job: Watched, *, cancel: CancelMode, stop_timeout: float) -> Decision:
    """Signal at the deadline or the cancel, whichever comes first; kill when the stop timeout has passed after it.

    What a person forces is killed at once, whatever its action declares.
    """
    if job.forced:
        return Decision(step=Step.KILL)
    if job.marked_for is not None:
        left = _grace(job, job.marked_for, cancel=cancel, stop_timeout=stop_timeout) - job.marked_for
        return Decision(step=Step.LEAVE, again_in=left) if left > 0 else Decision(step=Step.KILL)
    waits = [*_until_cancel(job, cancel, stop_timeout), *_until_deadline(job)]
    if not waits:
        return Decision(step=Step.LEAVE)
    left = min(waits)
    return Decision(step=Step.LEAVE, again_in=left) if left > 0 else Decision(step=Step.STOP)


def _until_cancel(job: Watched, cancel: CancelMode, stop_timeout: float) -> list[float]:
    if job.status not in UNWANTED:
        return []
    # An action that checks has been told by check_canceled(), and its stop timeout to come to an end.
    return [(stop_timeout if cancel == "check" else 0.0) - job.changed_for]


def _until_deadline(job: Watched) -> list[float]:
    return [] if job.deadline is None else [job.deadline - job.running_for]


def _grace(job: Watched, marked_for: float, *, cancel: CancelMode, stop_timeout: float) -> float:
    """Seconds between the mark and SIGKILL."""
    full = stop_timeout + MARGIN_SECONDS if stop_timeout else 0.0
    if job.status not in UNWANTED or cancel != "check":
        return full
    # How much of its stop timeout the cancel had left at the mark: some, if a deadline came first.
    left_at_mark = stop_timeout - (job.changed_for - marked_for)
    return CHECK_KILL_SECONDS if left_at_mark <= 0 else min(full, left_at_mark + CHECK_KILL_SECONDS)
