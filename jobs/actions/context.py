"""What an action is handed: its parameters, and its lines back to the job."""

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from jobs.actions.parameters import Parameters

P = TypeVar("P", bound=Parameters)


class JobCanceled(Exception):
    """Raised in, or by, an action that stops because its job was asked to."""


class DeadlineExceeded(BaseException):
    """Raised in an action whose deadline is over. No Exception, so that no handler of ordinary errors goes on."""


class Reporter(Protocol):
    """Where a context's reports go: rows in the database for a job, a list in a test."""

    def log(self, text: str) -> None: ...
    def progress(self, *, done: int, total: int) -> None: ...
    def finished(self, device: str) -> None: ...
    def change_score(self, score: int) -> None: ...
    def canceled(self) -> bool: ...
    def wait(self, seconds: float) -> bool: ...


class Context(Generic[P]):
    """One run of an action. Safe to use from several threads of the action."""

    __slots__ = ("_reporter", "action", "fence", "job_id", "parameters", "sent", "stop_timeout_seconds")

    def __init__(
        self,
        *,
        job_id: UUID,
        action: str,
        parameters: P,
        sent: Mapping[str, Any],
        reporter: Reporter,
        fence: Mapping[str, int] | None = None,
        stop_timeout_seconds: float = 30.0,
    ) -> None:
        self.job_id = job_id
        self.action = action
        self.parameters = parameters
        # As the client sent them, the configured defaults of the action filled in.
        self.sent = sent
        # Lock name to its rising number: hand it to what you write to, so that it can refuse an older holder.
        self.fence = fence or {}
        self.stop_timeout_seconds = stop_timeout_seconds
        self._reporter = reporter

    def log(self, text: str) -> None:
        """Add lines to the job's log; a reader sees them within a second."""
        self._reporter.log(text)

    def progress(self, done: int, total: int) -> None:
        """Show how far the job is; written at most every two seconds."""
        self._reporter.progress(done=done, total=total)

    def finished(self, device: str) -> None:
        """Add to the list of finished devices; written at most every two seconds, complete at the end."""
        self._reporter.finished(device)

    def change_score(self, score: int) -> None:
        """How much the run changes or would change, 0..100."""
        self._reporter.change_score(score)

    def check_canceled(self) -> bool:
        """True once the job was asked to stop: clean up, then raise JobCanceled or return what was done."""
        return self._reporter.canceled()

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake when the job is asked to stop: True then."""
        return self._reporter.wait(seconds)
