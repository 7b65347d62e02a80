"""hold: keep capacity of a worker free for one job, and end that.

A hold is no change of a job, and comes and goes with the load: it is logged, not audited.
"""

import logging
from collections.abc import Sequence

import psycopg2.errors
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from jobs.engine.session import Session
from jobs.models import Hold, Job
from workers.models import Worker, WorkerState

logger = logging.getLogger(__name__)

# Only from the boot that is alive, and only for a job that is ready. For another job it is a new hold.
_PLACE = """INSERT INTO jobs_hold AS hold (worker_id, job_id, giving_way)
SELECT worker.id, job.id, %(giving_way)s::int[] FROM jobs_job AS job, workers_worker AS worker
WHERE job.id = %(job)s AND (job.ready) IS TRUE AND worker.id = %(worker)s AND worker.boot_id = %(boot)s
    AND worker.state = 'running' AND worker.lease_until > clock_timestamp()
ON CONFLICT (worker_id) DO UPDATE SET job_id = excluded.job_id, giving_way = excluded.giving_way,
    held_at = CASE hold.job_id WHEN excluded.job_id THEN hold.held_at ELSE excluded.held_at END
RETURNING job_id"""

_RELEASE = "DELETE FROM jobs_hold WHERE worker_id = %(worker)s AND job_id = %(job)s"


def place(session: Session, *, worker_id: int, boot_id: str, job: int, giving_way: Sequence[int]) -> bool:
    """Keep this worker's capacity for the job, from these classes, in place of what it was kept for before.

    False: the job is not to be had, or this boot of the worker is not the one that runs.

    It needs no lock: a claim of the job that comes at the same moment leaves a hold that keeps nothing.
    """
    place = {"worker": worker_id, "boot": boot_id, "job": job, "giving_way": list(giving_way)}
    try:
        placed = session.rows(_PLACE, place)
    except psycopg2.errors.UniqueViolation:
        # Another worker was first to hold for this job.
        return False
    if placed:
        logger.info("capacity is kept free", extra={"job": job, "worker": worker_id, "from": len(giving_way)})
    return bool(placed)


def release(session: Session, *, worker_id: int, job: int) -> None:
    """End this worker's hold, if it still is for that job."""
    session.rows(_RELEASE, {"worker": worker_id, "job": job})


def release_stale() -> int:
    """End the holds that lost their job or their worker. There is at most one for a worker: all are looked at."""
    ready = Job.objects.filter(pk=OuterRef("job_id"), ready=True)
    alive = Worker.objects.filter(pk=OuterRef("worker_id"), state=WorkerState.RUNNING, lease_until__gt=Now())
    return Hold.objects.exclude(Exists(ready) & Exists(alive)).delete()[0]
