"""What this machine can do at most: bare psycopg2 processes that run the hand-over statement in a loop."""

import multiprocessing
import os
from datetime import timedelta
from typing import Any

from django.db import connection

from benchmarks import bare_loop
from benchmarks.harness import enqueue_noops
from workers.models import CapacityClass, Worker
from workers.presence import register, say_stopped

PROCESSES = 2


def bare_rate(count: int) -> float:
    """Jobs a second of two processes that do nothing but finish-and-claim, each on a reservation of its own."""
    ids = enqueue_noops(count, capacity_map={"bare": 1})
    identity = register(
        name="bare",
        hex_id="00000000ba2e",
        capacity={"bare": PROCESSES},
        slots=PROCESSES,
        lease=timedelta(seconds=300),
        version="bench",
    )
    class_id = CapacityClass.objects.get(name="bare").pk
    version = Worker.objects.get(pk=identity.worker_id).capacity_version
    connection.close()
    queue: Any = multiprocessing.get_context("spawn").Queue()
    arguments = (os.environ["DATABASE_URL"], identity.worker_id, identity.boot_id, class_id, version, queue)
    processes = [
        multiprocessing.get_context("spawn").Process(target=bare_loop.run, args=(number, *arguments))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    spans = [queue.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    say_stopped(identity)
    done: int = sum(done for done, _, _ in spans)
    if done != len(ids):
        raise RuntimeError(f"The bare loop ended {done} of {len(ids)} jobs: it no longer fits the statements.")
    seconds: float = max(end for _, _, end in spans) - min(start for _, start, _ in spans)
    return done / seconds
