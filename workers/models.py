"""Who runs jobs: workers with their leases, the capacity classes that their queues are named after, and beats."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from workers import capacity


class CapacityClass(models.Model):
    """One canonical map of needs. Its name is the Celery queue of its doorbell."""

    # `default`, `scan`, `scan=1,scanCheck=2`
    name = models.CharField(max_length=1400, unique=True)
    needs = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "capacity classes"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkerState(models.TextChoices):
    RUNNING = "running"
    DRAINING = "draining"
    STOPPED = "stopped"
    DEAD = "dead"


LIVING = (WorkerState.RUNNING, WorkerState.DRAINING)


class WorkerQuerySet(models.QuerySet["Worker"]):
    """`Worker.objects.alive()`"""

    def alive(self) -> "WorkerQuerySet":
        """Those whose lease holds."""
        return self.filter(state__in=LIVING, lease_until__gt=Now())

    def with_shown_state(self) -> "WorkerQuerySet":
        """With `shown`: a worker whose lease is over is dead, also before the rescue has come by."""
        over = models.When(state__in=LIVING, lease_until__lte=Now(), then=models.Value(WorkerState.DEAD.value))
        return self.annotate(shown=models.Case(over, default="state"))


class Worker(models.Model):
    """A Celery node. Its lease goes by the database's clock, and only this table is written by heartbeats."""

    name = models.CharField(max_length=200, unique=True)
    # 12 hex digits, stable for the name: `workerID` of /api/v0.
    hex_id = models.CharField(max_length=12, unique=True)
    # New at each start: what tells a worker from the one that bore its name before.
    boot_id = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=WorkerState.choices)
    capacity = models.JSONField()
    # The operator's word, which outlives restarts of the worker.
    capacity_override = models.JSONField(null=True, blank=True)
    # Rises with each change of the capacity: a slot that knows an older one counts anew before it takes a job.
    capacity_version = models.IntegerField(default=0)
    # When an operator has drained it; null while it runs, and while it drains because it stops.
    drained_at = models.DateTimeField(null=True, blank=True)
    slots = models.PositiveIntegerField()
    version = models.CharField(max_length=50)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField()

    objects: ClassVar[WorkerQuerySet] = WorkerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        permissions = [
            ("drain_worker", "Can drain and undrain a worker"),
            ("set_capacity", "Can change a worker's capacity"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(hex_id__regex=r"^[0-9a-f]{12}$"), name="worker_hex_id"),
            models.CheckConstraint(condition=models.Q(slots__gte=1), name="worker_has_a_slot"),
            models.CheckConstraint(condition=models.Q(state__in=WorkerState.values), name="worker_state_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def declared(self) -> dict[str, Any]:
        """The capacity in force: the operator's if set, else what the worker was started with."""
        return dict(self.capacity if self.capacity_override is None else self.capacity_override)

    @property
    def total(self) -> dict[str, int]:
        """All units that it can hold, its spare slots as type `default` included."""
        return capacity.total(self.declared, slots=self.slots)


class Beat(models.Model):
    """A running celery-beat. Any number may run side by side."""

    name = models.CharField(max_length=300, unique=True)
    started_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())
    # When it last looked for what is due, and could.
    ticked_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
