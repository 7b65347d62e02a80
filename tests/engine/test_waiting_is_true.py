"""In random states the reasons for waiting and the claims agree: no job waits without one, and none is made up."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db.models import F

from jobs import doorbell
from jobs.engine.classes import class_for
from jobs.engine.rows import django_rows
from jobs.engine.waiting import COLUMNS, Reason, waiting_reasons
from jobs.models import Job
from tests.engine.causes import remove
from tests.engine.inside import claimable, prepared, rolled_back
from tests.engine.states import NEEDS, State

# More causes than a state has.
ROUNDS = 30
CODES = {
    "READY",
    "ACTION_PAUSED",
    "CLASS_PAUSED",
    "RESUMED",
    "NOT_DUE",
    "BACKOFF",
    "LOCK_HELD",
    "LOCK_IN_LINE",
    "CAPACITY_FULL",
    "SLOTS_BUSY",
    "KEPT_FREE",
    "WORKER_DRAINING",
    "NO_WORKER",
    "NO_SUCH_CAPACITY",
    "TOO_BIG",
}


@pytest.fixture(autouse=True)
def _engine_inside(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.HOLD_AFTER = timedelta(0)
    monkeypatch.setattr(doorbell, "ring", lambda *_, **__: True)
    for needs in NEEDS:
        class_for(needs)
    with prepared():
        yield


def test_in_some_states_a_job_is_claimable_exactly_when_ready_is_its_only_reason() -> None:
    prove(range(12))


# In quarters, which two processes can share.
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(1000, 2000, 250))
def test_in_a_thousand_states_the_same_and_every_reason_was_among_them(first: int) -> None:
    seen = prove(range(first, first + 250))
    assert seen.keys() == CODES
    assert min(seen.values()) >= 3, seen


def prove(seeds: range) -> Counter[str]:
    """Judge each job of each state, and remove all causes of one. Returns how often each reason was given."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        if seed % 25 == 0:
            # What was rolled back is in the way of the next states' indexes.
            django_rows("VACUUM jobs_job, workers_worker, locks_joblock, jobs_hold, jobs_pause", None)
        with rolled_back():
            state = State(seed)
            for job in state.waiting:
                seen.update(reason.code for reason in _judge(job, seed))
            _remove_all_causes(state.random.choice(state.waiting), seed)
    return seen


def _judge(job: Job, seed: int) -> list[Reason]:
    """The job's reasons; fails when the claims say otherwise."""
    job = Job.objects.select_related("capacity_class").only(*COLUMNS, "capacity_class__needs").get(pk=job.pk)
    left_out = job.get_deferred_fields()
    reasons = waiting_reasons(job)
    assert job.get_deferred_fields() == left_out, "a job that goes meanwhile would be an error"
    ready = [reason.code for reason in reasons] == ["READY"]
    assert reasons, f"state {seed}: job {job.pk} waits without a reason"
    assert claimable(job) == ready, f"state {seed}: job {job.pk} of {job.capacity_class} says {reasons}"
    return reasons


def _remove_all_causes(job: Job, seed: int) -> None:
    # An end leaves nothing behind that waits.
    Job.objects.update(retries_left=F("retries_left") * 0)
    said = []
    for _ in range(ROUNDS):
        reasons = _judge(job, seed)
        if reasons[0].code == "READY":
            return
        said.append([reason.text for reason in reasons])
        for reason in reasons:
            remove(reason, Job.objects.select_related("capacity_class").get(pk=job.pk))
    raise AssertionError(f"state {seed}: job {job.pk} still waits, though all was done about {said}")
