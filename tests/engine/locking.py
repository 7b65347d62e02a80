"""Jobs that want locks, for the tests of locks: how they are written, who holds them, who waits."""

from jobs.engine.claim import claim
from jobs.engine.finish import Outcome
from jobs.engine.slot import Claimed, Slot
from jobs.models import Job
from jobs.states import Status
from locks.models import JobLock

DONE = Outcome(status=Status.DONE)


def exclusive(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "mode": "exclusive"} for name in names]


def shared(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "mode": "shared"} for name in names]


def line(name: str) -> list[int]:
    """Ids of those in line."""
    return list(
        Job.objects.filter(blocked_by=name).order_by("-priority", "scheduled_at", "pk").values_list("pk", flat=True)
    )


def holders(name: str) -> set[int]:
    return set(JobLock.objects.filter(lock=name).values_list("job_id", flat=True))


def run(slot: Slot) -> Claimed:
    found = claim(slot).job
    assert found is not None
    return found
