"""Capacity of a worker that is kept free for one job which needs more than what others leave."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Hold(models.Model):
    """At most one for a worker and one for a job: shared types go to the held job alone."""

    # No constraints in the database to the rows of workers and jobs: they would be locked at every claim.
    worker = models.OneToOneField(
        "workers.Worker", primary_key=True, on_delete=models.CASCADE, db_constraint=False, related_name="hold"
    )
    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, db_constraint=False, related_name="hold")
    # Ids of the classes that yield to it: those that share a type with it; all others while it lacks only a slot.
    giving_way = ArrayField(models.IntegerField(), default=list)
    held_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["held_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"worker {self.worker_id} for job {self.job_id}"
