"""One attempt at running an action."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, When
from django.db.models.functions import Now

from jobs.models.queryset import JobQuerySet
from jobs.states import CUT, FINAL, OCCUPYING, Status
from workers.models import CapacityClass, Worker

ENDED = Q(status__in=[status.value for status in FINAL])


class Job(models.Model):
    """A row is the queue entry, the reservation while it runs, and the record afterwards."""

    uuid = models.UUIDField(unique=True, editable=False)
    action = models.CharField(max_length=100)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    # The last change of status.
    status_changed_at = models.DateTimeField(db_default=Now())
    parameters = models.JSONField(null=True, blank=True)
    # What the parameter of this name came to, with the defaults of then; null for an action without one.
    dry_run = models.BooleanField(null=True, blank=True, editable=False)

    # As sent, null and {} apart; the class is what they come to.
    capacity_map = models.JSONField(null=True, blank=True)
    # No constraint in the database: an unused class goes, and what has ended keeps its number (docs/adr/0019).
    capacity_class = models.ForeignKey(
        CapacityClass, on_delete=models.DO_NOTHING, related_name="jobs", db_constraint=False, db_index=False
    )
    # Higher first.
    priority = models.SmallIntegerField(default=0)
    # False until scheduled_at has come: not in the ready index until then.
    due = models.BooleanField(default=True)
    # Name of the lock that this job waits for; out of the ready index while set.
    blocked_by = models.CharField(max_length=128, null=True, blank=True)
    # Name of the lock from whose line this job was woken last. While it is ready, the line wakes no other of its class.
    woken_for = models.CharField(max_length=128, null=True, blank=True)
    # Set aside while its action is paused: a paused backlog is not walked by claims.
    paused = models.BooleanField(db_default=False)
    # What a claim may take, and what holds a slot and its units. Columns, so that the partial indexes on them are the
    # only way for the engine's statements: a plan made on thin statistics can not choose another.
    ready = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(status=Status.WAITING.value, due=True, blocked_by__isnull=True, paused=False),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    occupies = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(status__in=[status.value for status in OCCUPYING]), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # When a scheduled job is to become due; null once it is.
    due_at = models.GeneratedField(
        expression=Case(When(status=Status.WAITING.value, due=False, then=F("scheduled_at"))),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    # [{"name", "mode"}], null when none.
    locks = models.JSONField(null=True, blank=True)
    # Of the jobs of an action that wait, one has this key; null where the action declares none.
    unique_key = models.CharField(max_length=200, null=True, blank=True)

    retries_total = models.SmallIntegerField(default=0)
    retries_left = models.SmallIntegerField(default=0)
    # The original of a retry chain; null on the original itself.
    retry_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Go durations as sent, "" for none, and what they come to.
    deadline_text = models.CharField(max_length=60, blank=True, default="")
    deadline = models.DurationField(null=True, blank=True)
    stop_timeout_text = models.CharField(max_length=60, blank=True, default="")
    stop_timeout = models.DurationField(null=True, blank=True)

    created_at = models.DateTimeField(db_default=Now())
    scheduled_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # No constraint in the database: it would lock the worker's row at every claim (docs/adr/0002).
    worker = models.ForeignKey(
        Worker,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="jobs",
        db_constraint=False,
        db_index=False,
    )
    # Boot id and pid of the process that runs, or ran, it.
    slot = models.CharField(max_length=60, null=True, blank=True)
    # Set before a process is killed for this job: its slot takes no further one.
    stop_at = models.DateTimeField(null=True, blank=True)
    # A person asked that it be killed without its stop timeout.
    forced_at = models.DateTimeField(null=True, blank=True)
    # A person freed a lock of this job and wants it run once more: its end makes a new attempt.
    retry_asked = models.BooleanField(db_default=False)
    # When a result came after the row had ended: shown as worker_resurrection.
    late_result_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=255, null=True, blank=True)
    canceled_by = models.CharField(max_length=150, null=True, blank=True)

    result = models.JSONField(null=True, blank=True)
    # {"message", "type", "args", "traceback"}
    exception = models.JSONField(null=True, blank=True)
    # Devices that are done, null before the start.
    finished = models.JSONField(null=True, blank=True)
    progress_done = models.BigIntegerField(null=True, blank=True)
    progress_total = models.BigIntegerField(null=True, blank=True)
    change_score = models.SmallIntegerField(null=True, blank=True)
    # When it told of its progress last.
    reported_at = models.DateTimeField(null=True, blank=True)

    # The user's name, as in the audit: it outlives the account.
    scheduled_by = models.CharField(max_length=150, null=True, blank=True)
    comment = models.CharField(max_length=255, null=True, blank=True)
    ticket_ref = models.CharField(max_length=32, null=True, blank=True)
    # A submission that follows on success, and the job that it, or a retry, became.
    next = models.JSONField(null=True, blank=True)
    next_job = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # No constraint in the database: a cron could not go without a change of every job that it has made (docs/adr/0015).
    cron = models.ForeignKey(
        "jobs.Cron",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="jobs",
        db_constraint=False,
        db_index=False,
    )
    cron_due_at = models.DateTimeField(null=True, blank=True)
    # The name of the key that its secrets, and those of what follows it, are encrypted with; null for none.
    sealed_with = models.CharField(max_length=12, null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-scheduled_at", "-id"]
        permissions = [
            ("submit_job", "Can submit a job"),
            ("cancel_job", "Can cancel a job"),
            ("retry_job", "Can retry a job"),
            ("bulk_job", "Can cancel or retry more than a thousand jobs at once"),
            ("force_job", "Can have a job killed at once"),
            ("delete_job", "Can delete a job"),
            ("pause", "Can pause and resume actions and capacity classes"),
        ]
        default_permissions = ("view",)
        indexes = [
            # The claim: the head of each class (engine/sql.py).
            models.Index(
                "capacity_class", F("priority").desc(), "scheduled_at", "id", condition=Q(ready=True), name="job_ready"
            ),
            # The look: scheduled jobs whose time has come.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="job_scheduled"),
            # The line for a lock, in the order of claims and by class: what a release makes ready.
            models.Index(
                "blocked_by",
                "capacity_class",
                F("priority").desc(),
                "scheduled_at",
                "id",
                condition=Q(blocked_by__isnull=False, paused=False),
                name="job_in_line",
            ),
            # Who was woken from a line and has not started yet.
            models.Index(
                fields=["woken_for", "capacity_class"],
                condition=Q(ready=True, woken_for__isnull=False),
                name="job_woken",
            ),
            # Whether a class is in use: what waits of it and is not in the index of claims.
            models.Index(
                fields=["capacity_class"], condition=Q(status="waiting", ready=False), name="job_waits_unready"
            ),
            # What a pause sets aside and a resume brings back, the head of the queue first.
            models.Index(
                "paused",
                "action",
                F("priority").desc(),
                "scheduled_at",
                "id",
                condition=Q(status="waiting"),
                name="job_waiting_by_action",
            ),
            # Used capacity of a worker; rescue; `running=true` lists.
            models.Index(fields=["worker", "capacity_class"], condition=Q(occupies=True), name="job_occupying"),
            # What ended lately, for the overview.
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="job_by_end"),
            # Lists, newest first: all, by action, by worker, by status.
            models.Index("scheduled_at", "id", name="job_list"),
            models.Index("action", "scheduled_at", "id", name="job_by_action"),
            models.Index("worker", "scheduled_at", "id", condition=Q(worker__isnull=False), name="job_by_worker"),
            # With the worker beside it, who counts what none has claimed reads no rows. It changes with the status, so
            # that the index is written no more often.
            models.Index(fields=["status", "scheduled_at", "id"], include=["worker"], name="job_by_status"),
            # Lists of /api/v1.0 go by id: those of an action, and of its words for statuses. What runs is little, what
            # is done is most: they need none, and a hand-over writes no more than the first. Nor has what waits:
            # on thin statistics the statements of pauses and claims would be planned by it.
            models.Index("action", "id", name="job_by_action_and_id"),
            models.Index("id", condition=Q(status__in=["errored", "timeout", "worker_dead"]), name="job_failed_by_id"),
            models.Index(
                "id", condition=Q(status__in=["canceled", "worker_shutdown", "deleted"]), name="job_aborted_by_id"
            ),
            models.Index(
                "scheduled_by", "scheduled_at", "id", condition=Q(scheduled_by__isnull=False), name="job_by_user"
            ),
            models.Index("retry_from", "id", condition=Q(retry_from__isnull=False), name="job_by_retry_from"),
            # What needs a human.
            models.Index(
                "scheduled_at", "id", condition=Q(status__in=list(CUT), next_job__isnull=True), name="job_needs_a_human"
            ),
            models.Index("next_job", condition=Q(next_job__isnull=False), name="job_by_next"),
            models.Index("cron", "scheduled_at", "id", condition=Q(cron__isnull=False), name="job_by_cron"),
            # Overlap: whether a cron's job has not ended.
            models.Index("cron", "id", condition=Q(cron__isnull=False, ended_at__isnull=True), name="job_cron_busy"),
            models.Index("ticket_ref", "id", condition=Q(ticket_ref__isnull=False), name="job_by_ticket"),
            # A change of the key: what is under another one.
            models.Index("sealed_with", "id", condition=Q(sealed_with__isnull=False), name="job_by_key"),
            # KEY=value searches.
            GinIndex(
                fields=["parameters"],
                opclasses=["jsonb_path_ops"],
                condition=Q(parameters__isnull=False),
                name="job_parameters",
            ),
            # Who wants, or wanted, a lock.
            GinIndex(
                fields=["locks"], opclasses=["jsonb_path_ops"], condition=Q(locks__isnull=False), name="job_by_lock"
            ),
        ]
        constraints = [
            # A slot is one process: it runs one job at a time.
            models.UniqueConstraint(fields=["slot"], condition=Q(occupies=True), name="job_slot_runs_one"),
            # Any number of beats may try: one job for each due second.
            models.UniqueConstraint(
                fields=["cron", "cron_due_at"],
                condition=Q(cron_due_at__isnull=False),
                name="job_once_per_due_second",
            ),
            # Of two that enqueue the same at once, the second is told of the first.
            models.UniqueConstraint(
                fields=["action", "unique_key"],
                condition=Q(unique_key__isnull=False, status="waiting"),
                name="job_unique_while_waiting",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_status_known"),
            # A line is of jobs that wait.
            models.CheckConstraint(
                condition=Q(blocked_by__isnull=True) | Q(status="waiting"), name="job_only_waiting_is_blocked"
            ),
            models.CheckConstraint(
                condition=ENDED & Q(ended_at__isnull=False) | ~ENDED & Q(ended_at__isnull=True),
                name="job_ended_at_iff_final",
            ),
            models.CheckConstraint(
                condition=Q(occupies=False) | Q(worker__isnull=False, slot__isnull=False, started_at__isnull=False),
                name="job_occupying_has_slot",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(worker__isnull=True, slot__isnull=True, started_at__isnull=True),
                name="job_waiting_has_no_slot",
            ),
            models.CheckConstraint(condition=Q(priority__range=(-100, 100)), name="job_priority_range"),
            models.CheckConstraint(
                condition=Q(retries_total__range=(0, 100), retries_left__gte=0, retries_left__lte=F("retries_total")),
                name="job_retries_range",
            ),
            models.CheckConstraint(
                condition=Q(change_score__isnull=True) | Q(change_score__range=(0, 100)), name="job_change_score_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.uuid}"
