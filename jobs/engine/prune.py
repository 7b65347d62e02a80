"""Delete what has ended and grown old."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from jobs.models import CronSkip, IdempotencyKey, Job, JobLog
from jobs.models.idempotency_key import LIFETIME


def prune_job_logs(*, older_than: timedelta, batch: int = 1000, progress: Callable[[int], object] | None = None) -> int:
    """Delete the log lines of jobs that ended longer ago than that. `progress` hears the sum after each batch."""
    return _in_batches(partial(_prune_lines, older_than, batch), progress)


def prune_idempotency_keys(*, batch: int = 1000) -> int:
    """Delete a batch of keys that count no more. Returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=Now() - LIFETIME).order_by("created_at")
    return _delete_first(old, batch)


@transaction.atomic
def _prune_lines(older_than: timedelta, batch: int) -> int:
    """One transaction for each batch: a long one would keep the dead rows of every claim alive."""
    old = Now() - older_than
    # A line is written before its job ends, so its own index finds it; ended_at is null for jobs that wait or run.
    lines = JobLog.objects.filter(logged_at__lt=old, job__ended_at__lt=old).order_by("logged_at")
    return _delete_first(lines, batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows went."""

    jobs: int = 0
    skips: int = 0


def prune_jobs(*, older_than: timedelta, batch: int = 1000, progress: Callable[[int], object] | None = None) -> Pruned:
    """Delete jobs that ended longer ago than that with all that is theirs, and the skips of crons as old.

    An original goes with all of its retries, once the last of them is as old: until then each names what it came from.
    """
    jobs = _in_batches(partial(_prune_ended, older_than, batch), progress)
    return Pruned(jobs=jobs, skips=_in_batches(partial(_prune_skips, older_than, batch)))


@transaction.atomic
def _prune_ended(older_than: timedelta, batch: int) -> int:
    """Only what has a final state and holds no lock: ended_at is null for all others."""
    old = Now() - older_than
    gone = Q(ended_at__isnull=False, ended_at__lt=old, held_locks=None)
    retries = Job.objects.filter(retry_from=OuterRef("pk"))
    # A job was scheduled before it ended, so that the index of the list finds the oldest.
    originals = Job.objects.filter(gone, ~Exists(retries.exclude(gone)), scheduled_at__lt=old, retry_from=None)
    chosen = list(originals.order_by("scheduled_at", "id").values_list("pk", flat=True)[:batch])
    # The key alone: a result may be a megabyte.
    _, counts = Job.objects.filter(Q(pk__in=chosen) | Q(retry_from__in=chosen)).only("pk").delete()
    return counts.get("jobs.Job", 0)


@transaction.atomic
def _prune_skips(older_than: timedelta, batch: int) -> int:
    old = CronSkip.objects.filter(skipped_at__lt=Now() - older_than).order_by("skipped_at")
    return _delete_first(old, batch)


def _delete_first(rows: QuerySet[Any], batch: int) -> int:
    """The first of these, unread. Returns how many."""
    count: int
    count, _ = rows.model._default_manager.filter(pk__in=rows.values("pk")[:batch]).delete()
    return count


def _in_batches(prune: Callable[[], int], progress: Callable[[int], object] | None = None) -> int:
    """Until a batch finds nothing more; the sum."""
    deleted = 0
    while count := prune():
        deleted += count
        if progress is not None:
            progress(deleted)
    return deleted
