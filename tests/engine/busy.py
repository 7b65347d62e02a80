"""A busy worker for the tests of holds."""

from datetime import timedelta

from django.utils import timezone

from jobs.engine.claim import claim
from jobs.engine.finish import Outcome, finish
from jobs.engine.slot import Claimed, Slot
from jobs.models import Hold, Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker

DONE = Outcome(status=Status.DONE)


def long_ago(job: Job, seconds: float = 60) -> Job:
    Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now() - timedelta(seconds=seconds))
    return job


def starts(slot: Slot) -> Claimed:
    found = claim(slot).job
    assert found is not None
    return found


def held() -> list[int]:
    return list(Hold.objects.values_list("job_id", flat=True))


class Busy:
    """A worker of scan=2, check=1 that runs two jobs of one unit while more of them and a big one wait."""

    def __init__(self, submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, *, priority: int = 0) -> None:
        self.small = [long_ago(submit({"scan": 1}), 3600) for _ in range(6)]
        self.worker = new_worker({"scan": 2, "check": 1})
        self.slots = [new_slot(self.worker) for _ in range(2)]
        self.running = [starts(slot) for slot in self.slots]
        self.big = long_ago(submit({"scan": 2}, priority=priority))

    def hand_over(self, number: int) -> Claimed | None:
        return finish(self.slots[number], self.running[number], DONE).job
