"""`bulk`: the job behind a bulk cancel or retry; one verb of the engine after another, as the person who asked."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from jobs.actions.context import Context
from jobs.actions.parameters import Parameters
from jobs.actions.registry import action
from jobs.criteria import Criteria
from jobs.engine.actor import Actor
from jobs.engine.bulk import ACTION, STATES, Verb, candidates, who_asked
from jobs.engine.cancel import cancel
from jobs.engine.errors import ActionForbidden, JobEnded, JobFollowed, JobNotEnded, JobReserved, NoSuchJob
from jobs.engine.retry import retry
from jobs.models.queryset import JobQuerySet

BATCH = 500
MOST_REFUSED = 100
_REFUSALS = (NoSuchJob, JobEnded, JobNotEnded, JobFollowed, JobReserved, ActionForbidden)


class BulkParameters(Parameters):
    verb: Verb
    criteria: Criteria
    # None is without a limit.
    most: Annotated[int | None, Field(ge=1)]
    reason: str = ""
    # Of what its retries may need, what the person may not.
    lacks: frozenset[str] = frozenset()


@action(
    ACTION,
    parameters=BulkParameters,
    cancel="check",
    retries=3,
    reserved="POST /api/v0/jobs/bulk and the list of jobs in the admin start one",
)
def bulk(context: Context[BulkParameters]) -> dict[str, Any]:
    """Cancel, or run once more, all jobs that are meant and were submitted before this one."""
    asked = context.parameters
    number, person = who_asked(context.job_id)
    jobs = candidates(asked.verb, asked.criteria).filter(pk__lt=number)
    matched = jobs[: asked.most].count()
    act = _verb(asked, person)
    done, refused = 0, list[dict[str, str]]()
    context.log(f"{asked.verb}: {matched} jobs, for {person.user or person.dialect}")
    for tried, uuid in enumerate(islice(_each(jobs, asked.verb), asked.most)):
        context.progress(tried, max(matched, tried))
        if context.check_canceled():
            context.log(f"canceled after {done} jobs")
            break
        try:
            act(uuid)
        except _REFUSALS as error:
            context.log(f"{uuid} refused: {error}")
            refused.append({"id": str(uuid), "reason": str(error)})
        else:
            done += 1
    context.progress(done + len(refused), max(matched, done + len(refused)))
    context.log(f"{asked.verb}: done {done}, refused {len(refused)}")
    return {"matched": matched, "done": done, "refused": refused[:MOST_REFUSED]}


def _verb(asked: BulkParameters, person: Actor) -> Callable[[UUID], object]:
    if asked.verb == "cancel":
        return lambda uuid: cancel(uuid, by=person, reason=asked.reason)
    return lambda uuid: retry(uuid, by=person, reason=asked.reason, once=True, lacks=asked.lacks)


def _each(jobs: JobQuerySet, verb: Verb) -> Iterator[UUID]:
    """State by state: of one of them an index has the order, however many ended long ago."""
    for status in STATES[verb]:
        yield from _in_batches(jobs.filter(status=status).order_by("scheduled_at", "id"))


def _in_batches(jobs: JobQuerySet) -> Iterator[UUID]:
    """Each by its own short query: nothing is held while the verbs work."""
    behind = Q()
    while rows := list(jobs.filter(behind).values_list("uuid", "scheduled_at", "id")[:BATCH]):
        yield from (uuid for uuid, _, _ in rows)
        _, scheduled_at, number = rows[-1]
        behind = Q(scheduled_at__gte=scheduled_at) & (Q(scheduled_at__gt=scheduled_at) | Q(id__gt=number))
