"""Read by a worker whose clock is skewed, and by no other: its folder stands in that worker's PYTHONPATH.

libfaketime spoils the wait until a moment of the monotonic clock, of which Python makes time.sleep; select it does not.
"""

import select
import time
from typing import Any


def _sleep(seconds: Any) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


time.sleep = _sleep
