"""An action's default parameters, set at run time."""

from django.db import models
from django.db.models.functions import Now


class ActionConfig(models.Model):
    """Default parameters for one action, in place of those in its code. A submission's own values win."""

    action = models.CharField(max_length=100, unique=True)
    parameters = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["action"]

    def __str__(self) -> str:
        return self.action
