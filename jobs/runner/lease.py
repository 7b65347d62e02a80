"""How much of this worker's lease is left, by a clock of this machine. The processes that it forks read it too."""

import math
import mmap
import time
from ctypes import c_double
from datetime import timedelta
from enum import Enum

# Of the lease, from here to its end: no job is taken any more, and what runs is signaled; then it is killed.
SIGNAL_PART = 1 / 3
KILL_PART = 1 / 6

# Goes on while the process is held and, where the system has such a clock, while the machine sleeps.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
# In memory that forked processes share; one aligned word, which is never seen half written. Without a lease, as in
# a process that is no worker, it never ends.
_ends_at = c_double.from_buffer(mmap.mmap(-1, mmap.PAGESIZE))
_ends_at.value = math.inf


class Step(Enum):
    HOLD = "hold"
    SIGNAL = "signal"
    KILL = "kill"


def due(left: float, *, lease: float) -> Step:
    """What a worker must do with so many seconds left, so that all of its jobs are dead when others may start them."""
    if left > lease * SIGNAL_PART:
        return Step.HOLD
    return Step.SIGNAL if left > lease * KILL_PART else Step.KILL


def now() -> float:
    return time.clock_gettime(_CLOCK)


def renewed(sent_at: float, lease: timedelta) -> None:
    """The database has answered a renewal that was sent then: its own count began later, so it ends later."""
    _ends_at.value = sent_at + lease.total_seconds()


def left() -> float:
    return _ends_at.value - now()
