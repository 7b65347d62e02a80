"""Jobs of two units among endless jobs of one, on two real workers of two units each."""

from collections import Counter
from collections.abc import Callable

import pytest

from jobs.models import Hold, Job
from jobs.states import Status
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until

pytestmark = pytest.mark.slow
SOON_SECONDS = 40


@pytest.fixture
def saturate(run_worker: RunWorker, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Job]]:
    """Two workers busy with small jobs, and four big ones that wait."""

    def both_full() -> bool:
        _feed(submit)
        return _in_use() == {"w1": 2, "w2": 2}

    def make(*, hold_after: int) -> list[Job]:
        monkeypatch.setenv("HOLD_AFTER_SECONDS", str(hold_after))
        for name in ("w1", "w2"):
            run_worker("--capacity", "scan=2", "--slots", "3", name=name)
        wait_until(both_full)
        return [submit(capacity={"scan": 2}) for _ in range(4)]

    return make


def _feed(submit: Submit) -> None:
    """There is always a small job that could start."""
    for _ in range(40 - Job.objects.waiting().filter(capacity_class__name="scan").count()):
        submit("sleep", {"scan": 1}, parameters={"seconds": 0.1})


def _in_use() -> Counter[str]:
    running = Job.objects.occupying().values_list("worker__name", "capacity_class__needs")
    used = Counter[str]()
    for name, needs in running:
        used[name or ""] += needs["scan"]
    return used


def _started(jobs: list[Job]) -> int:
    return Job.objects.filter(pk__in=[job.pk for job in jobs]).exclude(status=Status.WAITING).count()


def test_big_jobs_start_among_endless_small_ones(saturate: Callable[..., list[Job]], submit: Submit) -> None:
    big = saturate(hold_after=1)
    small_before = Job.objects.filter(capacity_class__name="scan", status=Status.DONE).count()

    def all_started() -> bool:
        _feed(submit)
        used = _in_use()
        assert max(used.values(), default=0) <= 2, used
        return _started(big) == len(big)

    wait_until(all_started, patience=SOON_SECONDS)
    for job in big:
        wait_status(job, Status.DONE)
    assert Job.objects.filter(capacity_class__name="scan", status=Status.DONE).count() > small_before + 20
    wait_until(lambda: not Hold.objects.exists(), patience=5)
