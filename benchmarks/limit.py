"""What this machine can do at most: bare psycopg2 processes that run the hand-over statement in a loop."""

import multiprocessing
import os
import time
from datetime import timedelta
from typing import Any

import psycopg2

from benchmarks.harness import enqueue_noops

PROCESSES = 2


def bare_rate(count: int) -> float:
    """Jobs a second of two processes that do nothing but finish-and-claim, each on a reservation of its own."""
    from workers.presence import register, say_stopped

    ids = enqueue_noops(count, capacity_map={"bare": 1})
    identity = register(
        name="bare",
        hex_id="00000000ba2e",
        capacity={"bare": PROCESSES},
        slots=PROCESSES,
        lease=timedelta(seconds=300),
        version="bench",
    )
    from django.db import connection

    from workers.models import CapacityClass, Worker

    class_id = CapacityClass.objects.get(name="bare").pk
    version = Worker.objects.get(pk=identity.worker_id).capacity_version
    connection.close()
    queue: Any = multiprocessing.get_context("spawn").Queue()
    arguments = (os.environ["DATABASE_URL"], identity.worker_id, identity.boot_id, class_id, version, queue)
    processes = [
        multiprocessing.get_context("spawn").Process(target=_loop, args=(number, *arguments))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    spans = [queue.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    say_stopped(identity)
    return len(ids) / (max(end for _, end in spans) - min(start for start, _ in spans))


def _loop(number: int, url: str, worker_id: int, boot_id: str, class_id: int, version: int, queue: Any) -> None:
    from jobs.engine import sql

    slot = f"{boot_id}:{number}"
    connection = psycopg2.connect(url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET plan_cache_mode = force_generic_plan")
    cursor.execute(sql.CLAIM)
    cursor.execute(sql.HAND_OVER)
    cursor.execute("EXECUTE jobsite_claim (%s, %s, %s, %s, %s)", ([class_id], worker_id, boot_id, slot, version))
    row = cursor.fetchone()
    job = row[1] if row else None
    start = time.time()
    while job is not None:
        cursor.execute(
            "EXECUTE jobsite_hand_over (%s, %s, 'done', NULL, NULL, NULL, NULL, NULL, NULL, %s, %s, %s, %s)",
            (job, slot, [class_id], worker_id, boot_id, version),
        )
        handed = cursor.fetchone()
        job = handed[2] if handed else None
    queue.put((start, time.time()))
