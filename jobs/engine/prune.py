"""Delete what has ended and grown old."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from jobs.models import IdempotencyKey, JobLog
from jobs.models.idempotency_key import LIFETIME


def prune_job_logs(*, older_than: timedelta, batch: int = 1000, progress: Callable[[int], object] | None = None) -> int:
    """Delete the log lines of jobs that ended longer ago than that. `progress` hears the sum after each batch."""
    deleted = 0
    while count := _prune_batch(older_than, batch):
        deleted += count
        if progress is not None:
            progress(deleted)
    return deleted


def prune_idempotency_keys(*, batch: int = 1000) -> int:
    """Delete a batch of keys that count no more. Returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=Now() - LIFETIME).order_by("created_at")
    count, _ = IdempotencyKey.objects.filter(pk__in=old.values("pk")[:batch]).delete()
    return count


@transaction.atomic
def _prune_batch(older_than: timedelta, batch: int) -> int:
    """One transaction for each batch: a long one would keep the dead rows of every claim alive."""
    old = Now() - older_than
    # A line is written before its job ends, so its own index finds it; ended_at is null for jobs that wait or run.
    lines = JobLog.objects.filter(logged_at__lt=old, job__ended_at__lt=old).order_by("logged_at")
    count, _ = JobLog.objects.filter(pk__in=lines.values("pk")[:batch]).delete()
    return count
