"""A schedule that makes jobs. This release has the table; the next one fires it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Cron(models.Model):
    """Each due second of the schedule makes exactly one job, or a recorded skip."""

    class Misfire(models.TextChoices):
        SKIP = "skip"
        ONCE = "once"
        ALL = "all"

    class Overlap(models.TextChoices):
        ALLOW = "allow"
        FORBID = "forbid"
        REPLACE = "replace"

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    action = models.CharField(max_length=100)
    # sec min hour day-of-month month day-of-week, or a macro.
    schedule = models.CharField(max_length=200)
    timezone = models.CharField(max_length=60, default="UTC")
    enabled = models.BooleanField(default=True)
    misfire = models.CharField(max_length=10, choices=Misfire.choices, default=Misfire.ONCE)
    grace_seconds = models.PositiveIntegerField(default=3600)
    overlap = models.CharField(max_length=10, choices=Overlap.choices, default=Overlap.ALLOW)
    # What its jobs inherit.
    parameters = models.JSONField(null=True, blank=True)
    capacity_map = models.JSONField(null=True, blank=True)
    locks = models.JSONField(null=True, blank=True)
    priority = models.SmallIntegerField(default=0)
    retries = models.SmallIntegerField(default=0)
    deadline_text = models.CharField(max_length=60, blank=True, default="")
    stop_timeout_text = models.CharField(max_length=60, blank=True, default="")
    next_run_at = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        permissions = [("run_cron", "Can run a cron now")]
        indexes = [models.Index(fields=["next_run_at"], condition=Q(enabled=True), name="cron_due")]
        constraints = [
            models.CheckConstraint(condition=Q(retries__range=(0, 100)), name="cron_retries_range"),
            models.CheckConstraint(condition=Q(priority__range=(-100, 100)), name="cron_priority_range"),
        ]

    def __str__(self) -> str:
        return self.name
