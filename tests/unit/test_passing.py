"""Bells of a full worker: the first goes on at once, a burst as one at the end of the rest."""

from collections.abc import Callable

from jobs.runner.passing import Passing


class Timer:
    """Calls back when it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[[str], None], tuple[str]]] = []

    def call_after(self, _seconds: float, call: Callable[[str], None], arguments: tuple[str]) -> None:
        self.calls.append((call, arguments))

    def fire(self) -> None:
        calls, self.calls = self.calls, []
        for call, arguments in calls:
            call(*arguments)


def _passing() -> tuple[Passing, list[tuple[str, int]], Timer]:
    passed: list[tuple[str, int]] = []
    timer = Timer()
    return (
        Passing(pass_on=lambda name, hops: passed.append((name, hops)), call_after=timer.call_after),
        passed,
        timer,
    )


def test_a_single_bell_goes_on_at_once_and_once() -> None:
    passing, passed, timer = _passing()
    passing.take("scan", 3)
    assert passed == [("scan", 3)]
    timer.fire()
    assert (passed, timer.calls) == ([("scan", 3)], [])


def test_a_burst_goes_on_as_its_first_bell_and_one_at_the_end_with_the_most_hops() -> None:
    passing, passed, timer = _passing()
    for hops in (1, 5, 0, 2):
        passing.take("scan", hops)
    assert passed == [("scan", 1)]
    timer.fire()
    assert passed == [("scan", 1), ("scan", 5)]
    timer.fire()
    assert (len(passed), timer.calls) == (2, [])


def test_each_class_rests_for_itself() -> None:
    passing, passed, _ = _passing()
    passing.take("scan", 1)
    passing.take("check", 1)
    assert passed == [("scan", 1), ("check", 1)]
