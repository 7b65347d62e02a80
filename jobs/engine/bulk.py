"""bulk: a job that cancels, or runs once more, all jobs that are meant, in the background."""

from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

from jobs.actions.registry import registered_actions
from jobs.criteria import Criteria
from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import TooManyJobs
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job
from jobs.models.queryset import JobQuerySet
from jobs.states import FINAL, Status

ACTION = "bulk"
# Beyond that many it takes a permission of its own.
MOST = 1000
# Before all others: what it cancels may be the line that it would stand in.
PRIORITY = 100

Verb = Literal["cancel", "retry"]
# The states in which a verb can do something about a job.
STATES: dict[Verb, tuple[Status, ...]] = {"cancel": (Status.WAITING, Status.RUNNING), "retry": FINAL}


def bulk(
    verb: Verb,
    criteria: Criteria,
    *,
    by: Actor,
    reason: str = "",
    most: int | None = MOST,
    lacks: Collection[str] = frozenset(),
) -> Job:
    """The job that does it, as `by`, to those submitted before it. None for `most` is without a limit.

    `lacks`: permissions that `by` does not have; what needs one of them is not run once more.
    """
    parameters: dict[str, Any] = {"verb": verb, "criteria": criteria.dump(), "most": most, "reason": reason}
    if verb == "retry":
        parameters["lacks"] = sorted(lacks)
    wanted = Submission(
        action=ACTION, parameters=parameters, priority=PRIORITY, scheduled_by=by.user or None, by_engine=True
    )
    return enqueue(wanted, by=by)


def require_few(verb: Verb, criteria: Criteria) -> None:
    """Before a bulk of somebody who may change only MOST. More that match meanwhile are left alone by its job.

    Raises TooManyJobs.
    """
    if candidates(verb, criteria)[: MOST + 1].count() > MOST:
        raise TooManyJobs(MOST)


def candidates(verb: Verb, criteria: Criteria) -> JobQuerySet:
    """The jobs that are meant and that the verb can do something about now."""
    jobs = criteria.of(Job.objects.filter(status__in=STATES[verb]))
    if verb == "cancel":
        return jobs
    # One that another has followed is left alone: a bulk that is asked for twice, or that goes on after its worker's
    # death, makes no second attempt.
    reserved = [action.name for action in registered_actions() if action.reserved]
    return jobs.filter(next_job__isnull=True).exclude(action__in=reserved)


def who_asked(uuid: UUID) -> tuple[int, Actor]:
    """Of a bulk's job, or of a retry of it: the number of the first, and the person who had it made."""
    own = Job.objects.select_related("retry_from").only("uuid", "retry_from", "retry_from__uuid").get(uuid=uuid)
    first = own.retry_from or own
    # The audit is the word of who asked: no parameter of the job, which another might have written.
    event = AuditEvent.objects.get(object_type="job", object_id=str(first.uuid), verb="enqueue")
    actor = Actor(
        dialect=event.dialect,
        user=event.user,
        address=event.address,
        client=f"bulk job {first.uuid}",
        token=event.token,
    )
    return first.pk, actor
