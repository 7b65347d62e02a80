"""set_aside: give the waiting jobs of actions the mark that the pauses ask for, batch by batch.

A pause is its row: no claim that begins after its commit takes a job of the action, since each claim asks for the
pauses. The mark on the jobs, `paused`, only keeps their backlog out of the way. So it needs no lock between a pause
and those that enqueue at the same moment: a job that was born with the wrong mark is a stray, that is not claimed
while the pause stands, and whoever looks next turns it: this verb asks the table what is astray, not what was done.
That is also why it does not matter who dies in the middle.
"""

import time

from jobs.engine.rows import Rows
from jobs.engine.sql import STRAYS, TURN_STRAYS

# Some 0.1 s: far below the timeout of a statement, and no claim waits for it.
BATCH = 2000


def set_aside(rows: Rows, *, seconds: float) -> set[str]:
    """One batch for each action, more while there is time. Returns the classes in which a resume has made jobs ready.

    Each batch is a transaction of its own if `rows` commits by itself. The head of the queue comes first.
    """
    end = time.monotonic() + seconds
    ready: set[str] = set()
    for action, paused in rows(STRAYS, None):
        turned = BATCH
        while turned == BATCH:
            [(turned, classes)] = rows(TURN_STRAYS, {"action": action, "paused": paused, "limit": BATCH})
            ready.update(classes)
            if time.monotonic() > end:
                break
    return ready
