"""What can be done to jobs from their list: two verbs, in words and as calls of the engine."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from jobs.actions.registry import reserved_for
from jobs.engine.actor import Actor
from jobs.engine.bulk import STATES, Verb
from jobs.engine.cancel import cancel
from jobs.engine.chain import actions_in
from jobs.engine.errors import ActionForbidden, JobEnded, JobFollowed, JobNotEnded, JobReserved, NoSuchJob
from jobs.engine.permitted import require_permitted
from jobs.engine.retry import retry
from jobs.engine.submission import stop_timeout_of
from jobs.models import Job
from jobs.states import Status
from jobsite.console.base.words import span

REFUSALS = (NoSuchJob, JobEnded, JobNotEnded, JobFollowed, JobReserved, ActionForbidden)


class JobVerb:
    """One of them, as a page names it."""

    verb: ClassVar[Verb]
    permission: ClassVar[str]
    submit: ClassVar[str]
    # What it does to all that match.
    words: ClassVar[str]
    # Of the permissions that actions need, those that the person does not have.
    lacks: Collection[str]

    def becomes(self, job: Job) -> str:
        """Before it is done: what will happen to this job."""
        raise NotImplementedError

    def do(self, uuid: UUID, *, by: Actor, reason: str) -> tuple[str, Job | None]:
        """What came of it, and the job that was made. Raises one of REFUSALS."""
        raise NotImplementedError


class Cancel(JobVerb):
    verb = "cancel"
    permission = "jobs.cancel_job"
    submit = "Cancel jobs"
    words = (
        "Those that wait end at once and never run. Those that run are asked to stop, and killed after their stop "
        "timeout; what they had begun outside may be half done."
    )

    def becomes(self, job: Job) -> str:
        if job.status == Status.WAITING:
            return "It waits: it ends at once and never runs."
        if job.status == Status.RUNNING:
            patience = span(stop_timeout_of(job.stop_timeout))
            return f"It runs: it is asked to stop, and killed after {patience}. What it had begun may be half done."
        if job.status == Status.CANCEL_REQUEST:
            return "It was asked to stop already: nothing changes."
        return "It has ended: refused."

    def do(self, uuid: UUID, *, by: Actor, reason: str) -> tuple[str, Job | None]:
        status = cancel(uuid, by=by, reason=reason)
        return ("canceled" if status == Status.CANCELED else "asked to stop"), None


class Retry(JobVerb):
    verb = "retry"
    permission = "jobs.retry_job"
    submit = "Run jobs again"
    words = "Each runs once more as a new job with the same parameters, unless another attempt has followed it already."

    def becomes(self, job: Job) -> str:
        if job.status not in STATES["retry"]:
            return "It has not ended: refused."
        if job.next_job_id:
            return "Another job has followed it already: refused."
        if words := reserved_for(job.action):
            return f"Refused: {words}."
        try:
            require_permitted([job.action, *actions_in(job.next)], lacks=self.lacks)
        except ActionForbidden as error:
            return f"Refused: {error}."
        return "It runs once more, as a new job with the same parameters."

    def do(self, uuid: UUID, *, by: Actor, reason: str) -> tuple[str, Job | None]:
        # A page that is sent twice makes no second attempt.
        return "runs again as", retry(uuid, by=by, reason=reason, once=True, lacks=self.lacks)
