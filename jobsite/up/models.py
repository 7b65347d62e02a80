"""Which keys this database belongs to."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class SecretFingerprint(models.Model):
    """A row for each kind of key, that tells one key from another without telling the key."""

    class Kind(models.IntegerChoices):
        SECRET_KEY = 1
        PARAMETERS_KEY = 2

    id = models.SmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id__in=(1, 2)), name="up_known_fingerprint")]

    def __str__(self) -> str:
        return self.value[:8]
