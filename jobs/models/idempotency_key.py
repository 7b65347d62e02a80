"""Idempotency keys: a client that did not hear our answer may send the same submission again."""

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A key that a user has sent with a submission, and the job it made. Kept for 24 hours."""

    user = models.CharField(max_length=150)
    key = models.CharField(max_length=255)
    # SHA-256 of what was sent with it, in hex: the same key with another body is an error.
    fingerprint = models.CharField(max_length=64)
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["created_at"], name="idempotencykey_by_age")]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once_per_user")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user}"
