"""The wait before a retry: doubled, spread, capped."""

from datetime import timedelta

from jobs.backoff import LONGEST, delay

SECOND = timedelta(seconds=1)


def test_each_wait_is_twice_the_one_before() -> None:
    assert [delay(SECOND, attempt, jitter=1) for attempt in (1, 2, 3, 4)] == [
        SECOND,
        2 * SECOND,
        4 * SECOND,
        8 * SECOND,
    ]


def test_jitter_spreads_the_upper_half() -> None:
    assert delay(4 * SECOND, 1, jitter=0) == 2 * SECOND
    assert delay(4 * SECOND, 1, jitter=0.5) == 3 * SECOND


def test_no_wait_is_longer_than_the_longest() -> None:
    assert delay(SECOND, 100, jitter=1) == LONGEST
    assert delay(timedelta(days=9999), 100, jitter=1) == LONGEST
    assert delay(timedelta(microseconds=1), 100, jitter=1) == LONGEST


def test_an_action_without_backoff_is_retried_at_once() -> None:
    assert delay(timedelta(0), 7, jitter=1) == timedelta(0)
