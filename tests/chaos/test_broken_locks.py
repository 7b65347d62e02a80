"""The checker catches locks that are broken on purpose; the true ones come through the same orders of events."""

from collections.abc import Callable

import pytest

from benchmarks.chaos.report import violations
from jobs.engine import finish as finish_module
from jobs.engine import lock_sql
from jobs.engine import locks as locks_module
from jobs.engine.locks import Released
from jobs.engine.slot import Claimed, Slot
from tests.chaos import lock_scenarios
from tests.chaos.breaking import Case, Patch, rest, rewrite
from tests.chaos.play import AT_LOCK, Play

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _acquiring_rests_too(monkeypatch: Patch) -> None:
    """After its snapshot was taken and before it takes the lock; for as long as its session says."""
    rewrite(monkeypatch, "    FOR UPDATE),\nwant AS", f"    AND {rest(AT_LOCK)} FOR UPDATE),\nwant AS", module=lock_sql)


def acquire_without_the_mutex(patch: Patch, _play: Play) -> None:
    patch.setattr(locks_module, "LOCK_NAMES", "")


def _release(slot: Slot, job: Claimed) -> Released:
    [(woken, retry_asked)] = slot.session.rows(
        f"BEGIN; {lock_sql.RELEASE}EXECUTE jobsite_released (%(job)s, %(names)s)",
        {"job": job.id, "slot": slot.name, "names": sorted(job.fence)},
    )
    return Released(woken=woken, retry_asked=bool(retry_asked))


def release_without_the_name_rows(patch: Patch, _play: Play) -> None:
    patch.setattr(finish_module, "release", _release)


def fence_that_stands_still(patch: Patch, _play: Play) -> None:
    rewrite(patch, "SET fence = fence + 1", "SET fence = greatest(fence, 1)", module=lock_sql)


CASES = (
    Case(acquire_without_the_mutex, lock_scenarios.two_acquire_at_once, "lock_overlap"),
    Case(release_without_the_name_rows, lock_scenarios.one_comes_while_the_holder_goes, "lost"),
    Case(fence_that_stands_still, lock_scenarios.one_after_the_other, "fence"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.broken.__name__)
def test_broken_locks_are_caught(case: Case, play: Play, monkeypatch: Patch) -> None:
    case.broken(monkeypatch, play)
    case.scenario(play)
    assert case.rule in {violation.rule for violation in violations(play.evidence())}


@pytest.mark.parametrize("scenario", dict.fromkeys(case.scenario for case in CASES))
def test_the_true_locks_come_through(scenario: Callable[[Play], None], play: Play) -> None:
    scenario(play)
    found = violations(play.evidence())
    assert found == [], "\n".join(map(str, found))
