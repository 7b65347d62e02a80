"""The states of a job and the ways between them, written down once."""

from django.db import models


class Status(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    CANCEL_REQUEST = "cancel_request"
    DONE = "done"
    ERRORED = "errored"
    TIMEOUT = "timeout"
    CANCELED = "canceled"
    WORKER_SHUTDOWN = "worker_shutdown"
    WORKER_DEAD = "worker_dead"
    # A tombstone, for as long as a worker must still stop the job that a person deleted.
    DELETED = "deleted"


# A row in one of these holds its slot and its units: the running row is the reservation.
OCCUPYING = (Status.RUNNING, Status.CANCEL_REQUEST, Status.DELETED)
FINAL = (
    Status.DONE,
    Status.ERRORED,
    Status.TIMEOUT,
    Status.CANCELED,
    Status.WORKER_SHUTDOWN,
    Status.WORKER_DEAD,
)
# After these a retry is made, if one is left.
RETRIED = (Status.ERRORED, Status.TIMEOUT, Status.WORKER_DEAD, Status.WORKER_SHUTDOWN)

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.WAITING: (Status.RUNNING, Status.CANCELED),
    Status.RUNNING: (*FINAL, Status.CANCEL_REQUEST, Status.DELETED),
    Status.CANCEL_REQUEST: (Status.CANCELED, Status.WORKER_DEAD, Status.DELETED),
    **dict.fromkeys(FINAL, ()),
    Status.DELETED: (),
}
