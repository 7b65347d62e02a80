"""How long a failed job waits before its next attempt: arithmetic, without a clock and without dice."""

from datetime import timedelta

BASE = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
# More would overflow a timedelta, and no shorter base than a microsecond needs more to reach the longest wait.
_DOUBLINGS = 32


def delay(base: timedelta, attempt: int, *, jitter: float) -> timedelta:
    """The wait after attempt number `attempt`, the first being 1: doubled each time, at most LONGEST.

    `jitter`, from 0 to 1, spreads it over its upper half, so that what failed together does not return together.
    """
    factor: int = 2 ** min(attempt - 1, _DOUBLINGS)
    full = min(min(base, LONGEST) * factor, LONGEST)
    return full * (0.5 + jitter / 2)
