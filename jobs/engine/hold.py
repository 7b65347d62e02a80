"""hold: keep capacity of a worker free for one job, and end that.

A hold is no change of a job, and comes and goes with the load: it is logged, not audited.
"""

import logging

import psycopg2.errors
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from jobs.engine.session import Session
from jobs.models import Hold, Job
from workers.models import Worker, WorkerState

logger = logging.getLogger(__name__)

# Only from the boot that is alive, and only for a job that is ready. For another job it is a new hold.
_PLACE = """INSERT INTO jobs_hold AS hold (worker_id, job_id, slot_missing)
SELECT worker.id, job.id, %(slot_missing)s FROM jobs_job AS job, workers_worker AS worker
WHERE job.id = %(job)s AND (job.ready) IS TRUE AND worker.id = %(worker)s AND worker.boot_id = %(boot)s
    AND worker.state = 'running' AND worker.lease_until > clock_timestamp()
ON CONFLICT (worker_id) DO UPDATE SET job_id = excluded.job_id, slot_missing = excluded.slot_missing,
    held_at = CASE hold.job_id WHEN excluded.job_id THEN hold.held_at ELSE excluded.held_at END
RETURNING job_id"""

_RELEASE = "DELETE FROM jobs_hold WHERE worker_id = %(worker)s AND job_id = %(job)s"


def place(session: Session, *, worker_id: int, boot_id: str, job: int, slot_missing: bool) -> bool:
    """Keep this worker's capacity for the job, in place of what it kept it for. False: it is not to be had any more.

    It needs no lock: a claim of the job that comes at the same moment leaves a hold that keeps nothing.
    """
    place = {"worker": worker_id, "boot": boot_id, "job": job, "slot_missing": slot_missing}
    try:
        placed = session.rows(_PLACE, place)
    except psycopg2.errors.UniqueViolation:
        # Another worker was first to hold for this job.
        return False
    if placed:
        logger.info("capacity is kept free", extra={"job": job, "worker": worker_id, "slot": slot_missing})
    return bool(placed)


def release(session: Session, *, worker_id: int, job: int) -> None:
    """End this worker's hold, if it still is for that job."""
    session.rows(_RELEASE, {"worker": worker_id, "job": job})


def release_stale() -> int:
    """End the holds that lost their job or their worker. There is at most one for a worker: all are looked at."""
    ready = Job.objects.filter(pk=OuterRef("job_id"), ready=True)
    alive = Worker.objects.filter(pk=OuterRef("worker_id"), state=WorkerState.RUNNING, lease_until__gt=Now())
    return Hold.objects.exclude(Exists(ready) & Exists(alive)).delete()[0]
