"""Which SECRET_KEY this database belongs to."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class SecretFingerprint(models.Model):
    """One row, that tells one key from another without telling the key."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="up_one_fingerprint")]

    def __str__(self) -> str:
        return self.value[:8]
