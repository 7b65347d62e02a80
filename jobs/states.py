"""The states of a job. Which may follow which is said by each verb's WHERE, and held to tests/transitions.py."""

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
# A person has asked that it stops.
UNWANTED = (Status.CANCEL_REQUEST, Status.DELETED)
# Cut by what happened to the worker, not by anything of the job's own.
CUT = (Status.WORKER_DEAD, Status.WORKER_SHUTDOWN)
