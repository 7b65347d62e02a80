"""submit: enqueue once for each idempotency key, however often a client sends it."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.enqueue import Enqueued, enqueue_each
from jobs.engine.errors import KeyReused, KeysJobGone
from jobs.engine.submission import Submission
from jobs.models import IdempotencyKey, Job
from jobs.models.idempotency_key import LIFETIME

# Each further round needs that a key expires, or its submission fails, while we wait for it.
_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A key of the actor's own, and a keyed digest of what was sent with it."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """`replayed`: the key was used before, this is the job of then. `new`: made by this call."""

    job: Job
    new: bool
    replayed: bool = False


def submit(submission: Submission, *, once: Once | None, by: Actor) -> Submitted:
    """Enqueue, or answer the job that the same key has made within its 24 hours.

    Raises KeyReused if it came with another body. A job that was deleted is not made again: KeysJobGone.
    """
    if once is None:
        return _submitted(enqueue_each([submission], by=by)[0])
    for _ in range(_ROUNDS):
        if (known := _known(once, by=by)) is not None:
            return known
        try:
            return _submitted(_enqueue(submission, once, by=by))
        except IntegrityError:
            # The unique index knows of another that came at once, and had us wait for its commit: ask for its job.
            if not _is_taken(once, by=by):
                raise
    raise KeyReused(once.key)


def _known(once: Once, *, by: Actor) -> Submitted | None:
    used = _uses(once, by=by).filter(created_at__gte=Now() - LIFETIME).first()
    if used is None:
        return None
    if used.fingerprint != once.fingerprint:
        raise KeyReused(once.key)
    job = Job.objects.select_related("retry_from", "worker").filter(pk=used.job_id).first()
    if job is None:
        raise KeysJobGone(once.key)
    return Submitted(job=job, new=False, replayed=True)


@transaction.atomic
def _enqueue(submission: Submission, once: Once, *, by: Actor) -> Enqueued:
    """The job and its key, both or neither."""
    enqueued = enqueue_each([submission], by=by)[0]
    # One that has expired counts as new.
    _uses(once, by=by).filter(created_at__lt=Now() - LIFETIME).delete()
    IdempotencyKey.objects.create(user=by.user, key=once.key, fingerprint=once.fingerprint, job_id=enqueued.job.pk)
    return enqueued


def _is_taken(once: Once, *, by: Actor) -> bool:
    return _uses(once, by=by).exists()


def _uses(once: Once, *, by: Actor) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(user=by.user, key=once.key)


def _submitted(enqueued: Enqueued) -> Submitted:
    return Submitted(job=enqueued.job, new=enqueued.new)
