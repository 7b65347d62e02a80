"""Which jobs somebody means: what chooses the jobs of a list or of a bulk, as a value that a job can carry too."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery
from pydantic import BaseModel, ConfigDict

from jobs.models import Cron, Job
from jobs.models.queryset import NEEDING_A_HUMAN, JobQuerySet
from jobs.search import found_by, having, matching, named_like
from jobs.states import Status
from workers.models import Worker

# Beside the states: a dead worker that came back, which is a mark on the row. Then worker_dead means the others.
RESURRECTED = "worker_resurrection"


class Criteria(BaseModel):
    """All of them hold for each job; what is not given chooses nothing out. Who reads the values has judged them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str | None = None
    # A worker's id; "" for the jobs that none has claimed.
    worker: str | None = None
    running: bool | None = None
    statuses: tuple[str, ...] = ()
    needs_human: bool = False
    cron: str | None = None
    # A lock's name: the jobs that want, hold or held it.
    lock: str | None = None
    # The first of a chain of retries: it and they.
    original: UUID | None = None
    scheduled_after: datetime | None = None
    scheduled_before: datetime | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    # Who started it.
    user: str | None = None
    # As typed into the search box of the admin.
    term: str | None = None

    def of(self, jobs: JobQuerySet) -> JobQuerySet:
        """Those of the jobs that are meant."""
        for name, value in self.model_dump(exclude_defaults=True).items():
            jobs = jobs.filter(_CONDITIONS[name](value))
        return jobs

    def by_name_alone(self, jobs: JobQuerySet) -> JobQuerySet | None:
        """Of what a text finds, the jobs whose action's name has it, which an index alone counts. None without one."""
        if self.text is None:
            return None
        return self.model_copy(update={"text": None}).of(jobs).filter(named_like(self.text))

    def dump(self) -> dict[str, Any]:
        """As JSON: what is given. `model_validate` reads it again."""
        return self.model_dump(mode="json", exclude_defaults=True)


def _claimed_by(hex_id: str) -> Q:
    if not hex_id:
        # Whatever else a job can be, a worker made it. Said so that the index on statuses serves: these are few.
        return Q(worker__isnull=True, status__in=[Status.WAITING, Status.CANCELED])
    # The small table first, so that the index on a job's worker serves.
    return Q(worker=Subquery(Worker.objects.filter(hex_id=hex_id).values("pk")))


def _at_work(wanted: bool) -> Q:  # noqa: FBT001 - the value of a criterion
    at_work = Q(status__in=[Status.RUNNING, Status.CANCEL_REQUEST])
    return at_work if wanted else ~at_work


def _in_one_of(statuses: tuple[str, ...]) -> Q:
    words = set(statuses)
    if {Status.WORKER_DEAD.value, RESURRECTED} <= words:
        return Q(status__in=words - {RESURRECTED})
    chosen = Q(status__in=words - {Status.WORKER_DEAD.value, RESURRECTED})
    if words & {Status.WORKER_DEAD.value, RESURRECTED}:
        chosen |= Q(status=Status.WORKER_DEAD, late_result_at__isnull=RESURRECTED not in words)
    return chosen


def _in_chain_of(uuid: UUID) -> Q:
    original = Subquery(Job.objects.filter(uuid=uuid, retry_from__isnull=True).values("pk"))
    return Q(pk=original) | Q(retry_from=original)


_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "action": lambda name: Q(action=name),
    "worker": _claimed_by,
    "running": _at_work,
    "statuses": _in_one_of,
    "needs_human": lambda _true: NEEDING_A_HUMAN,
    "cron": lambda name: Q(cron=Subquery(Cron.objects.filter(name=name).values("pk"))),
    "lock": lambda name: Q(locks__contains=[{"name": name}]),
    "original": _in_chain_of,
    "scheduled_after": lambda moment: Q(scheduled_at__gte=moment),
    "scheduled_before": lambda moment: Q(scheduled_at__lt=moment),
    "parameters": lambda pairs: Q(*(having([key], value) for key, value in pairs)),
    "text": matching,
    "user": lambda name: Q(scheduled_by=name),
    "term": found_by,
}
