"""What is due for a running job: the step at this moment, and when to ask again."""

import pytest

from jobs.engine.look import Watched
from jobs.runner.stops import CancelMode, Decision, Step, decide


def _job(
    *,
    canceled: bool = False,
    changed_for: float = 3.0,
    running_for: float = 3.0,
    marked_for: float | None = None,
    deadline: float | None = None,
) -> Watched:
    return Watched(
        id=1,
        slot="boot:42",
        action="noop",
        status="cancel_request" if canceled else "running",
        changed_for=changed_for,
        running_for=running_for,
        marked_for=marked_for,
        deadline=deadline,
        stop_timeout=None,
    )


def _decide(job: Watched, *, cancel: CancelMode = "signal", stop_timeout: float = 10) -> Decision:
    return decide(job, cancel=cancel, stop_timeout=stop_timeout)


def test_a_job_without_deadline_is_left_alone() -> None:
    assert _decide(_job(running_for=1e6)) == Decision(step=Step.LEAVE)


def test_a_cancel_signals_at_once() -> None:
    assert _decide(_job(canceled=True, changed_for=0)).step is Step.STOP


def test_a_deadline_counts_from_the_start() -> None:
    assert _decide(_job(running_for=3, deadline=5)) == Decision(step=Step.LEAVE, again_in=2)
    assert _decide(_job(running_for=5, deadline=5)).step is Step.STOP


def test_an_action_that_checks_is_signaled_after_its_stop_timeout() -> None:
    assert _decide(_job(canceled=True, changed_for=4), cancel="check") == Decision(step=Step.LEAVE, again_in=6)
    assert _decide(_job(canceled=True, changed_for=10), cancel="check").step is Step.STOP


def test_a_deadline_signals_an_action_that_checks_too() -> None:
    assert _decide(_job(running_for=5, deadline=5), cancel="check").step is Step.STOP
    canceled = _job(canceled=True, changed_for=1, running_for=4, deadline=5)
    assert _decide(canceled, cancel="check") == Decision(step=Step.LEAVE, again_in=1)


@pytest.mark.parametrize("canceled", [True, False])
def test_a_marked_job_is_killed_when_its_stop_timeout_has_passed(*, canceled: bool) -> None:
    assert _decide(_job(canceled=canceled, changed_for=9, marked_for=8)) == Decision(step=Step.LEAVE, again_in=3)
    assert _decide(_job(canceled=canceled, changed_for=12, marked_for=11)).step is Step.KILL


def test_a_stop_timeout_of_zero_kills_at_once() -> None:
    assert _decide(_job(canceled=True, marked_for=0), stop_timeout=0).step is Step.KILL


def test_an_action_that_checks_is_killed_five_seconds_after_its_signal() -> None:
    assert _decide(_job(canceled=True, changed_for=14, marked_for=4), cancel="check").again_in == pytest.approx(1)
    assert _decide(_job(canceled=True, changed_for=15, marked_for=5), cancel="check").step is Step.KILL


@pytest.mark.parametrize("mode", ["signal", "check"])
@pytest.mark.parametrize("deadline", [None, 0.0, 4.0, 9.0, 30.0])
@pytest.mark.parametrize("stop_timeout", [0, 1, 10, 60])
def test_no_cancel_stays_longer_than_stop_timeout_and_ten_seconds(
    mode: CancelMode, deadline: float | None, stop_timeout: float
) -> None:
    """Walked in steps as late as a look can be."""
    marked_at, look = None, 2.0
    age = look
    while True:
        marked_for = None if marked_at is None else age - marked_at
        job = _job(canceled=True, changed_for=age, running_for=age + 3, deadline=deadline, marked_for=marked_for)
        found = _decide(job, cancel=mode, stop_timeout=stop_timeout)
        if found.step is Step.KILL:
            break
        if found.step is Step.STOP:
            marked_at = age
        age += 0.5 if found.again_in is None else min(look, max(found.again_in, 0.01))
    assert age <= stop_timeout + 10
