"""What an operator has stopped from being claimed: an action, or a capacity class."""

from django.db import models
from django.db.models.functions import Now


class Pause(models.Model):
    """While the row is there, no job of this action or class is claimed; running ones go on."""

    class Kind(models.TextChoices):
        ACTION = "action"
        CLASS = "class"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    # The action's name, or the class's.
    name = models.CharField(max_length=1400)
    paused_at = models.DateTimeField(db_default=Now())
    paused_by = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["kind", "name"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="pause_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["action", "class"]), name="pause_kind_known"),
        ]

    @classmethod
    def names(cls, kind: Kind) -> set[str]:
        """The actions, or the classes, that are paused."""
        return set(cls.objects.filter(kind=kind).values_list("name", flat=True))

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
