"""Whatever is done to the engine, in whatever order, what must hold does, and nothing waits for ever."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from jobs import doorbell
from jobs.engine import claim as claim_module
from jobs.engine import drain as drain_module
from jobs.engine import lock_sql
from jobs.engine import locks as locks_module
from jobs.engine import pause as pause_module
from jobs.engine import rescue as rescue_module
from jobs.engine import resume as resume_module
from jobs.engine import set_capacity as set_capacity_module
from tests.chaos.breaking import rewrite
from tests.engine.machine import Engine

# The same steps on every run: a failure here is one at everybody's.
BOUNDED = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def _engine_alone(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.HOLD_AFTER = timedelta(0)
    monkeypatch.setattr(doorbell, "ring", lambda *_, **__: True)
    yield
    Engine.session.reset()


# A failure is made small before it is told, which takes time.
@pytest.mark.timeout(600)
def test_a_few_hundred_steps_break_nothing() -> None:
    run_state_machine_as_test(Engine, settings=settings(BOUNDED, max_examples=6, stateful_step_count=20))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thousands_of_steps_break_nothing() -> None:
    run_state_machine_as_test(Engine, settings=settings(BOUNDED, max_examples=30, stateful_step_count=50))


Patch = pytest.MonkeyPatch


def an_end_without_its_fence(patch: Patch) -> None:
    """Any slot ends any row."""
    rewrite(patch, "WHERE id = $1 AND (slot = $2 AND status IN ('running', 'cancel_request')) IS TRUE", "WHERE id = $1")


def a_claim_without_a_count(patch: Patch) -> None:
    patch.setattr(claim_module, "_free", lambda _slot, rows: dict.fromkeys(["scan", "check"], 9) if rows[0][3] else {})


def locks_whose_fence_stands_still(patch: Patch) -> None:
    rewrite(patch, "SET fence = fence + 1", "SET fence = fence", module=lock_sql)


def an_end_that_keeps_its_locks(patch: Patch) -> None:
    patch.setattr(locks_module, "RELEASE", lock_sql.RELEASE.replace("WHERE job_id = ", "WHERE job_id = -"))


def a_rescue_that_forgets_the_retry(patch: Patch) -> None:
    patch.setattr(rescue_module, "_next", lambda *_: None)


def pauses_without_a_word(patch: Patch) -> None:
    patch.setattr(pause_module, "audit_pause", lambda *_, **__: None)


def resumes_without_a_word(patch: Patch) -> None:
    patch.setattr(resume_module, "audit_pause", lambda *_, **__: None)


def drains_without_a_word(patch: Patch) -> None:
    patch.setattr(drain_module, "audit", lambda *_, **__: None)


def capacity_without_a_word(patch: Patch) -> None:
    patch.setattr(set_capacity_module, "audit", lambda *_, **__: None)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "break_it",
    [
        an_end_without_its_fence,
        a_claim_without_a_count,
        locks_whose_fence_stands_still,
        an_end_that_keeps_its_locks,
        a_rescue_that_forgets_the_retry,
        pauses_without_a_word,
        resumes_without_a_word,
        drains_without_a_word,
        capacity_without_a_word,
    ],
)
def test_an_engine_that_is_broken_on_purpose_is_caught(
    break_it: Callable[[Patch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(monkeypatch)
    # A connection keeps the statements that it was made ready with.
    Engine.session.reset()
    # Not made small: that it fails is all that is asked.
    bounded = settings(BOUNDED, max_examples=30, stateful_step_count=50, phases=[Phase.generate])
    with pytest.raises((AssertionError, DatabaseError)):
        run_state_machine_as_test(Engine, settings=bounded)
