"""look: what a worker's main process asks every two seconds, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jobs.engine.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A running job that was asked to stop, has a deadline, or is being stopped. Spans in seconds, by the database."""

    id: int
    slot: str
    action: str
    status: str
    # Since its last change of status: since the cancel, when it is asked to.
    changed_for: float
    running_for: float
    # Since stop_at was set; None when it is not.
    marked_for: float | None
    deadline: float | None
    stop_timeout: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The answer. `state` is None when this boot of the worker has lost its row or was stopped."""

    state: str | None
    capacity: dict[str, int]
    slots: int
    newest_class: int | None
    # Classes of scheduled jobs whose time has come just now, and those with work that waits.
    due: list[int]
    ready: list[int]
    # Class id to the number of jobs that this worker runs of it.
    used: dict[int, int]
    # The slots that hold a job of this worker.
    busy_slots: list[str]
    # Whether a worker's lease has ended without a word from it.
    dead_workers: bool
    # Until the next scheduled job is due; None when there is none.
    next_due_seconds: float | None
    # Of this worker's running jobs, those that may have to be stopped.
    watched: list[Watched]
    # Locks into whose lines jobs came just now, their time having come; and whether there is any line.
    due_lines: list[str]
    lines: bool


def look(session: Session, *, worker_id: int, boot_id: str, lease: timedelta, classes: Sequence[int]) -> Look:
    """Renew the lease, make due jobs ready, and see what waits in `classes`."""
    [row] = session.prepared("look", (worker_id, boot_id, lease, list(classes)))
    state, held, slots, newest_class, due, ready, used, busy, dead, next_due, watched, due_lines, lines = row
    return Look(
        state=state,
        capacity=held or {},
        slots=slots or 0,
        newest_class=newest_class,
        due=due,
        ready=ready,
        used=_by_class(used),
        busy_slots=busy,
        dead_workers=dead,
        next_due_seconds=next_due,
        watched=[Watched(**job) for job in watched],
        due_lines=due_lines,
        lines=lines,
    )


def _by_class(used: dict[str, Any]) -> dict[int, int]:
    return {int(class_id): jobs for class_id, jobs in used.items()}
