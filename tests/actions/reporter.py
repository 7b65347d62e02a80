"""A Reporter that keeps everything in lists, and the context around it."""

import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from jobs.actions.context import Context
from jobs.actions.parameters import validate
from jobs.actions.registry import Action, get_action

JOB_ID = uuid.UUID("01890000-0000-7000-8000-000000000001")


class ListReporter:
    """`cancel()` asks the job to stop; `on_log` is called with each line, so that a test can act at a known moment."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.progressed: list[tuple[int, int]] = []
        self.finished_devices: list[str] = []
        self.scores: list[int] = []
        self.on_log: Callable[[str], None] = lambda _line: None
        self._canceled = threading.Event()

    def cancel(self) -> None:
        self._canceled.set()

    def log(self, text: str) -> None:
        self.lines.append(text)
        self.on_log(text)

    def progress(self, *, done: int, total: int) -> None:
        self.progressed.append((done, total))

    def finished(self, device: str) -> None:
        self.finished_devices.append(device)

    def change_score(self, score: int) -> None:
        self.scores.append(score)

    def canceled(self) -> bool:
        return self._canceled.is_set()

    def wait(self, seconds: float) -> bool:
        return self._canceled.wait(seconds)


def context_for(
    action: Action,
    parameters: dict[str, Any] | None = None,
    *,
    reporter: ListReporter | None = None,
    fence: Mapping[str, int] | None = None,
    stop_timeout_seconds: float = 10.0,
    job_id: uuid.UUID = JOB_ID,
) -> Context[Any]:
    """What the runner would hand to the action."""
    return Context(
        job_id=job_id,
        action=action.name,
        parameters=validate(action.parameters, parameters),
        sent=parameters or {},
        reporter=reporter or ListReporter(),
        fence=fence,
        stop_timeout_seconds=stop_timeout_seconds,
    )


def run_action(
    name: str,
    parameters: dict[str, Any] | None = None,
    *,
    reporter: ListReporter | None = None,
    job_id: uuid.UUID = JOB_ID,
) -> Any:
    """Run a registered action as a job would, and return its result."""
    action = get_action(name)
    return action.run(context_for(action, parameters, reporter=reporter, job_id=job_id))
