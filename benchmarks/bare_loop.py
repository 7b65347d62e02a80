"""The hand-over statement in a bare loop: a process of its own, without Django."""

import time
from typing import Any

import psycopg2

from jobs.engine import sql


def run(  # noqa: PLR0917 - the arguments of a process
    number: int, url: str, worker_id: int, boot_id: str, class_id: int, version: int, queue: Any
) -> None:
    """Finish and claim until nothing is left; put how many and the times of start and end into `queue`."""
    slot = f"{boot_id}:{number}"
    connection = psycopg2.connect(url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET plan_cache_mode = force_generic_plan")
    cursor.execute(sql.CLAIM)
    cursor.execute(sql.HAND_OVER)
    cursor.execute("EXECUTE jobsite_claim (%s, %s, %s, %s, %s)", ([class_id], worker_id, boot_id, slot, version))
    row = cursor.fetchone()
    # After the newest class, the classes with work, whether there is more of the claimed one, and a winner's locks.
    job = row[4] if row else None
    done, start = 0, time.time()
    while job is not None:
        cursor.execute(
            "EXECUTE jobsite_hand_over (%s, %s, 'done', NULL, NULL, NULL, NULL, NULL, NULL, %s, %s, %s, %s)",
            (job, slot, [class_id], worker_id, boot_id, version),
        )
        handed = cursor.fetchone()
        done += 1
        # After how many ended, whether it was marked to stop, and the newest class.
        job = handed[3] if handed else None
    queue.put((done, start, time.time()))
