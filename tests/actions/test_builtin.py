"""sleep, false, noop."""

import pytest

from jobs.actions.builtin import SleepParameters
from jobs.actions.context import JobCanceled
from jobs.actions.parameters import InvalidParameters, validate
from tests.actions.reporter import ListReporter, run_action


def test_sleep_takes_a_minute_unless_told_otherwise() -> None:
    assert SleepParameters().seconds == 60


def test_sleep_ignores_keys_it_does_not_know_as_in_the_example_of_the_original() -> None:
    assert validate(SleepParameters, {"k": "v"}) == SleepParameters()


def test_sleep_reads_text_as_a_number() -> None:
    assert run_action("sleep", {"seconds": "0.01"}) == {"slept_seconds": 0.01}


def test_sleep_wakes_at_once_when_canceled() -> None:
    reporter = ListReporter()
    reporter.on_log = lambda _line: reporter.cancel()
    with pytest.raises(JobCanceled):
        run_action("sleep", {"seconds": 3600}, reporter=reporter)


@pytest.mark.parametrize("seconds", ["nan", "inf", -1, "soon", 10**9])
def test_sleep_refuses_a_span_that_is_none(seconds: object) -> None:
    with pytest.raises(InvalidParameters, match=r"parameters\.seconds"):
        validate(SleepParameters, {"seconds": seconds})


def test_false_fails_at_once() -> None:
    with pytest.raises(RuntimeError, match="always fails"):
        run_action("false")


def test_noop_accepts_anything() -> None:
    assert run_action("noop", {"anything": [1, {"at": "all"}]}) is None
