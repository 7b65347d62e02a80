"""Delete what has ended and grown old."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from jobs.models import CronSkip, IdempotencyKey, Job, JobLog
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows went."""

    jobs: int = 0
    skips: int = 0


def prune_jobs(*, older_than: timedelta, batch: int = 1000, progress: Callable[[int], object] | None = None) -> Pruned:
    """Delete jobs that ended longer ago than that with all that is theirs, and the skips of crons as old."""
    jobs = skips = 0
    while count := _prune_job_batch(older_than, batch):
        jobs += count
        if progress is not None:
            progress(jobs)
    while count := _prune_skip_batch(older_than, batch):
        skips += count
    return Pruned(jobs=jobs, skips=skips)


@transaction.atomic
def _prune_job_batch(older_than: timedelta, batch: int) -> int:
    """Only what has a final state and holds no lock: ended_at is null for all others."""
    old = Now() - older_than
    # A job was scheduled before it ended, so that the index of the list finds the oldest.
    ended = Job.objects.filter(scheduled_at__lt=old, ended_at__lt=old, held_locks=None).order_by("scheduled_at", "id")
    chosen = list(ended.values_list("pk", flat=True)[:batch])
    # The key alone: a result may be a megabyte.
    Job.objects.filter(pk__in=chosen).only("pk").delete()
    return len(chosen)


@transaction.atomic
def _prune_skip_batch(older_than: timedelta, batch: int) -> int:
    old = CronSkip.objects.filter(skipped_at__lt=Now() - older_than).order_by("skipped_at")
    count, _ = CronSkip.objects.filter(pk__in=old.values("pk")[:batch]).delete()
    return count
