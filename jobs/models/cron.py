"""A schedule that makes jobs, and what it was due for and did not make."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

MAX_GRACE_SECONDS = 365 * 86_400


class Cron(models.Model):
    """Each due second of the schedule makes exactly one job, or a recorded skip."""

    class Misfire(models.TextChoices):
        """What becomes of the due seconds that no beat was there for."""

        SKIP = "skip"
        ONCE = "once"
        ALL = "all"

    class Overlap(models.TextChoices):
        """What to do while a job of this cron has not ended."""

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
    # Whole seconds. Once it is past, a beat is late.
    next_run_at = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        permissions = [("run_cron", "Can run a cron now")]
        # The tick: the cron that is due first.
        indexes = [models.Index(fields=["next_run_at"], condition=Q(enabled=True), name="cron_due")]
        constraints = [
            models.CheckConstraint(condition=Q(retries__range=(0, 100)), name="cron_retries_range"),
            models.CheckConstraint(condition=Q(priority__range=(-100, 100)), name="cron_priority_range"),
            models.CheckConstraint(condition=Q(grace_seconds__lte=MAX_GRACE_SECONDS), name="cron_grace_range"),
            models.CheckConstraint(
                condition=Q(misfire__in=["skip", "once", "all"], overlap__in=["allow", "forbid", "replace"]),
                name="cron_policies_known",
            ),
            models.CheckConstraint(
                condition=Q(enabled=True, next_run_at__isnull=False) | Q(enabled=False, next_run_at__isnull=True),
                name="cron_next_run_iff_enabled",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CronSkip(models.Model):
    """Due seconds in a row that made no job, all with one code: as many as they were, one row, and one of the audit."""

    class Code(models.TextChoices):
        MISSED = "MISSED", "missed, and its policy is to skip"
        TOO_LATE = "TOO_LATE", "found later than its grace allows"
        COALESCED = "COALESCED", "a later run stands for it"
        TOO_MANY = "TOO_MANY", "more were missed than are made up for"
        OVERLAP = "OVERLAP", "a job of this cron had not ended"
        REPLACED = "REPLACED", "a later run replaced it"
        UNIQUE = "UNIQUE", "a job with its unique key waited already"
        INVALID = "INVALID", "its job was refused"
        EDITED = "EDITED", "the cron was changed before a beat came by"
        DISABLED = "DISABLED", "the cron was disabled before a beat came by"

    # No constraint in the database, as of a job's: a cron goes in one statement, however much it has done.
    cron = models.ForeignKey(
        Cron, on_delete=models.DO_NOTHING, db_constraint=False, related_name="skips", db_index=False
    )
    # The first and the last due second, and how many they are with all between; null where nobody counted.
    due_at = models.DateTimeField()
    last_due_at = models.DateTimeField()
    count = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=20, choices=Code.choices)
    # Of the last of them, as is the time.
    reason = models.CharField(max_length=500)
    skipped_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-due_at"]
        default_permissions = ()
        indexes = [models.Index(fields=["skipped_at"], name="cronskip_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["cron", "due_at"], name="cronskip_once_per_due_second"),
            models.CheckConstraint(
                condition=Q(last_due_at__gte=models.F("due_at"), count__gte=1), name="cronskip_is_a_span"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.due_at:%Y-%m-%d %H:%M:%S} x {self.count}"
