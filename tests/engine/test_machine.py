"""Whatever is done to the engine, in whatever order, what must hold does, and nothing waits for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from jobs import doorbell
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
