"""Idempotency keys: a client that did not hear our answer may send the same submission again."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

LIFETIME = timedelta(hours=24)


class IdempotencyKey(models.Model):
    """A key that a user has sent with a submission, and the job it made. Kept for 24 hours."""

    user = models.CharField(max_length=150)
    key = models.CharField(max_length=255)
    # A keyed digest of what was sent with it, in hex: the same key with another body is an error.
    fingerprint = models.CharField(max_length=64)
    # No constraint: the key outlives its job, so that one that was deleted is not made again (docs/adr/0010).
    job = models.ForeignKey(
        "jobs.Job", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["created_at"], name="idempotencykey_by_age")]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once_per_user")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user}"
