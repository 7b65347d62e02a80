"""Delete what has ended and grown old."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.prune_limit import prune_limit
from jobs.models import CronSkip, IdempotencyKey, Job, JobLog
from jobs.models.idempotency_key import LIFETIME


def prune_job_logs(
    *,
    older_than: timedelta | None = None,
    most: int | None = None,
    batch: int = 1000,
    progress: Callable[[int], object] | None = None,
    job_id: UUID,
    by: Actor,
) -> int:
    """Delete the log lines of jobs that ended longer ago than that, and of all but the `most` that ended last.

    `progress` hears the sum after each batch. `job_id` is the job that does it.
    """
    before = prune_limit(older_than=older_than, most=most)
    with _audited("deleted_lines", older_than=older_than, most=most, job_id=job_id, by=by) as gone:
        if before is not None:
            _in_batches(partial(_prune_lines, before, batch), gone, "deleted_lines", progress)
    return gone["deleted_lines"]


def old_lines(before: Any) -> QuerySet[JobLog]:
    """The log lines that go, of jobs that ended before this time."""
    # A line is written before its job ends, so its own index finds it; ended_at is null for jobs that wait or run.
    return JobLog.objects.filter(logged_at__lt=before, job__ended_at__lt=before)


def prune_idempotency_keys(*, batch: int = 1000) -> int:
    """Delete a batch of keys that count no more. Returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=Now() - LIFETIME).order_by("created_at")
    return _delete_first(old, batch)


@transaction.atomic
def _prune_lines(before: Any, batch: int) -> int:
    """One transaction for each batch: a long one would keep the dead rows of every claim alive."""
    return _delete_first(old_lines(before).order_by("logged_at"), batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows went."""

    jobs: int = 0
    skips: int = 0


def prune_jobs(
    *,
    older_than: timedelta | None = None,
    most: int | None = None,
    batch: int = 1000,
    progress: Callable[[int], object] | None = None,
    job_id: UUID,
    by: Actor,
) -> Pruned:
    """Delete jobs that ended longer ago than that, and all but the `most` that ended last, with all that is theirs.

    An original goes with all of its retries, once the last of them is as old: until then each names what it came from.
    The skips of crons go by age alone.
    """
    before = prune_limit(older_than=older_than, most=most)
    with _audited("deleted_jobs", "deleted_skips", older_than=older_than, most=most, job_id=job_id, by=by) as gone:
        if before is not None:
            _in_batches(partial(_prune_ended, before, batch), gone, "deleted_jobs", progress)
        if older_than is not None:
            _in_batches(partial(_prune_skips, older_than, batch), gone, "deleted_skips")
    return Pruned(jobs=gone["deleted_jobs"], skips=gone["deleted_skips"])


@transaction.atomic
def _prune_ended(before: Any, batch: int) -> int:
    """Only what has a final state and holds no lock: ended_at is null for all others."""
    gone = Q(ended_at__isnull=False, ended_at__lt=before, held_locks=None)
    retries = Job.objects.filter(retry_from=OuterRef("pk"))
    # A job was scheduled before it ended, so that the index of the list finds the oldest.
    originals = Job.objects.filter(gone, ~Exists(retries.exclude(gone)), scheduled_at__lt=before, retry_from=None)
    # Locked: no retry is made of one from here on. One that somebody runs again at this moment is left for later.
    oldest = originals.order_by("scheduled_at", "id").select_for_update(of=("self",), skip_locked=True)
    chosen = list(oldest.values_list("pk", flat=True)[:batch])
    # Asked once more, now that they are: a retry may have been made just before.
    whole = list(originals.filter(pk__in=chosen).values_list("pk", flat=True))
    # The key alone: a result may be a megabyte.
    _, counts = Job.objects.filter(Q(pk__in=whole) | Q(retry_from__in=whole)).only("pk").delete()
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


def _in_batches(
    prune: Callable[[], int], gone: dict[str, int], kind: str, progress: Callable[[int], object] | None = None
) -> None:
    """Until a batch finds nothing more."""
    while count := prune():
        gone[kind] += count
        if progress is not None:
            progress(gone[kind])


@contextmanager
def _audited(
    *kinds: str, older_than: timedelta | None, most: int | None, job_id: UUID, by: Actor
) -> Iterator[dict[str, int]]:
    """Counts of what is deleted, for the audit, also if it ends early: its job is pruned some day as well."""
    gone = dict.fromkeys(kinds, 0)
    try:
        yield gone
    finally:
        if any(gone.values()):
            asked = {"days": None if older_than is None else older_than.days, "most": most}
            audit("prune", by=by, object_type="job", object_id=job_id, after={**asked, **gone})
