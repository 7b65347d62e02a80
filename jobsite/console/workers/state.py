"""The chip of a worker's state."""

from typing import Any

from workers.models import WorkerState

COLOURS: dict[str, str] = {
    WorkerState.RUNNING: "success",
    WorkerState.DRAINING: "warning",
    WorkerState.DEAD: "danger",
}


def coloured_state(worker: Any) -> tuple[str, str]:
    """Of a row `with_shown_state`: one that was not heard of for longer than its lease does not run any more."""
    silent = worker.shown == WorkerState.DEAD != worker.state
    return worker.shown, "lease over" if silent else worker.shown
