"""Bells that reach a worker whose slots are all busy are passed on to whoever is free, not too fast."""

from collections.abc import Callable

# The first bell of a class goes on at once, those that follow within this span as one at its end: a burst of
# submissions must not keep the main process of a full worker busy. The one at the end may not be left out: the
# worker that took the first may have looked before the last of these jobs was committed.
REST_SECONDS = 0.05

PassOn = Callable[[str, int], None]
CallAfter = Callable[[float, Callable[[str], None], tuple[str]], object]


class Passing:
    """Used by the consumer's thread only, whose timer calls it back."""

    def __init__(self, *, pass_on: PassOn, call_after: CallAfter) -> None:
        self._pass_on = pass_on
        self._call_after = call_after
        # Class to the most hops of the bells that came for it while it rests; None when none came.
        self._resting: dict[str, int | None] = {}

    def take(self, class_name: str, hops: int) -> None:
        """Pass a bell on now, or with the next for its class."""
        if class_name in self._resting:
            self._resting[class_name] = max(hops, self._resting[class_name] or 0)
            return
        self._resting[class_name] = None
        self._call_after(REST_SECONDS, self._rested, (class_name,))
        self._pass_on(class_name, hops)

    def _rested(self, class_name: str) -> None:
        hops = self._resting.pop(class_name)
        if hops is not None:
            self.take(class_name, hops)
