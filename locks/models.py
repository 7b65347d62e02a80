"""Named locks: who holds them now, and a row per name that is their mutex."""

from django.db import models


class LockNameQuerySet(models.QuerySet["LockName"]):
    def held(self) -> "LockNameQuerySet":
        """That a job has now: found from the few holders, by the key, and not by a look at each name."""
        return self.filter(pk__in=JobLock.objects.values("lock"))


class LockName(models.Model):
    """One row per lock name: locked first by whoever takes or frees the lock; keeps the fence over releases."""

    name = models.CharField(max_length=128, primary_key=True)
    fence = models.BigIntegerField(default=0)

    objects = LockNameQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobLock(models.Model):
    """A holder: one job that has one lock. Its owner is alive while the job runs and its worker's lease holds."""

    class Mode(models.TextChoices):
        EXCLUSIVE = "exclusive"
        SHARED = "shared"

    lock = models.ForeignKey(LockName, on_delete=models.PROTECT, db_column="name", related_name="holders")
    job = models.ForeignKey("jobs.Job", on_delete=models.PROTECT, related_name="held_locks")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    fence = models.BigIntegerField()
    acquired_at = models.DateTimeField()

    class Meta:
        ordering = ["lock_id"]
        verbose_name = "held lock"
        permissions = [
            ("clear_lock", "Can clear a lock whose holder is dead"),
            ("force_lock", "Can clear a lock whose holder is alive"),
            ("free_lock", "Can cancel the holder of a lock and free it"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["lock", "job"], name="joblock_once_per_job"),
            models.UniqueConstraint(
                fields=["lock"], condition=models.Q(mode="exclusive"), name="joblock_one_exclusive_holder"
            ),
            models.CheckConstraint(condition=models.Q(mode__in=["exclusive", "shared"]), name="joblock_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.lock_id} held by job {self.job_id}"
