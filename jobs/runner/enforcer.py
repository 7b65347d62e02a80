"""The main process's hand: marks, signals and kills the slots whose jobs are to stop."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from jobs.actions.registry import UnknownAction, get_action
from jobs.engine.actor import Actor
from jobs.engine.look import Watched
from jobs.engine.rescue import end_slots
from jobs.engine.stop import mark
from jobs.engine.submission import stop_timeout_of
from jobs.runner.descendants import is_gone, kill_tree, send
from jobs.runner.process import CANCEL_SIGNAL, DEADLINE_SIGNAL, pid_of
from jobs.runner.stops import CancelMode, Step, decide
from jobs.states import UNWANTED, Status

logger = logging.getLogger(__name__)

# A process that is being stopped is looked at this often: its end, or its place in the pool, is waited for.
AGAIN_SECONDS = 0.5

# Process id to the pool's object for it.
PoolProcesses = Callable[[], dict[int, Any]]


class Enforcer:
    """Remembers only whom it has signaled; all else it reads from the rows."""

    def __init__(self, *, processes: PoolProcesses, by: Actor) -> None:
        self._processes = processes
        self._by = by
        self._signaled: set[int] = set()

    def enforce(self, jobs: Iterable[Watched]) -> float | None:
        """Do what is due for these jobs. Returns the seconds until something else will be."""
        watched = list(jobs)
        waits = [self._enforce(job) for job in watched]
        self._signaled &= {job.id for job in watched}
        return min((wait for wait in waits if wait is not None), default=None)

    def _enforce(self, job: Watched) -> float | None:
        timeout = _stop_timeout(job)
        decision = decide(job, cancel=_cancel_mode(job.action), stop_timeout=timeout)
        if decision.step is Step.KILL or (decision.step is Step.STOP and not timeout):
            self._kill(job)
        elif decision.step is Step.STOP or (job.marked_for is not None and job.id not in self._signaled):
            self._signal(job)
        elif job.marked_for is None:
            return decision.again_in
        return AGAIN_SECONDS if decision.again_in is None else min(decision.again_in, AGAIN_SECONDS)

    def _signal(self, job: Watched) -> None:
        """Mark first: an unmarked slot could be at its next job when the signal arrives."""
        if not self._marked(job) or (pid := pid_of(job.slot)) not in self._processes():
            return
        self._signaled.add(job.id)
        send(pid, CANCEL_SIGNAL if job.status in UNWANTED else DEADLINE_SIGNAL)
        logger.info("job told to stop", extra={"job": job.id, "slot": job.slot, "reason": _why(job)})

    def _kill(self, job: Watched) -> None:
        """The process, all that it forked, and only when they are gone the row."""
        if not self._marked(job):
            return
        pid = pid_of(job.slot)
        # Only what the pool lists is a slot of ours: anything else under this number is left alone.
        if (process := self._processes().get(pid)) is not None:
            quietly(process)
            kill_tree(pid)
        if not is_gone(pid):
            logger.error("a process does not die; trying again", extra={"job": job.id, "slot": job.slot})
            return
        patience = "at once" if job.forced else f"since it had not ended {_stop_timeout(job):g} s after it was told to"
        why = f"{_why(job)}: killed, {patience}"
        status = Status.CANCELED if job.forced else Status.TIMEOUT
        if end_slots([job.slot], status=status, why=why, by=self._by):
            logger.warning("job killed", extra={"job": job.id, "slot": job.slot, "reason": why})

    def _marked(self, job: Watched) -> bool:
        return job.marked_for is not None or mark(job.id, slot_name=job.slot, why=_why(job), by=self._by)


def quietly(process: Any) -> None:
    """Tell the pool that this end is meant: it replaces the process without an error and its traceback."""
    process._controlled_termination = True
    process._job_terminated = True


def _why(job: Watched) -> str:
    if job.status == Status.DELETED:
        return "it was deleted"
    if job.forced:
        return "it was stopped by force"
    if job.status == Status.CANCEL_REQUEST:
        return "it was canceled"
    return f"its deadline of {job.deadline:g} s was over" if job.deadline is not None else "it was to stop"


def _cancel_mode(action: str) -> CancelMode:
    try:
        return get_action(action).cancel
    except UnknownAction:
        return "signal"


def _stop_timeout(job: Watched) -> float:
    span = None if job.stop_timeout is None else timedelta(seconds=job.stop_timeout)
    return stop_timeout_of(span).total_seconds()
