"""Celery's prefork pool, which also remembers how its processes have ended."""

from collections.abc import Collection
from typing import Any

from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool as PreforkPool

from jobs.runner.descendants import exit_status


class SlotProcesses(AsynPool):
    """Celery drops a process that has ended, and its exit status with it; a job's error is to tell it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._started: dict[int, Any] = {}
        super().__init__(*args, **kwargs)

    def exit_codes(self, *, wanted: Collection[int]) -> dict[int, int]:
        """How those have ended that have: negative for a signal. Forgets what has ended and is not wanted."""
        codes = {pid: code for pid, process in list(self._started.items()) if (code := _exit_code(process)) is not None}
        for pid in codes.keys() - set(wanted):
            del self._started[pid]
        return codes

    def _create_worker_process(self, i: int) -> Any:
        process = super()._create_worker_process(i)  # type: ignore[misc]
        self._started[process.pid] = process
        return process


class TaskPool(PreforkPool):
    """What the worker is started with."""

    Pool = SlotProcesses


def _exit_code(process: Any) -> int | None:
    # The second for one that Celery has not seen yet: its loop stands still while the broker is away.
    code: int | None = process._popen.returncode
    return exit_status(process.pid) if code is None else code
