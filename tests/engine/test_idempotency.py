"""Idempotency keys: one job for each, also when two requests come at once."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.engine import submit as submitting
from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue, enqueue_each
from jobs.engine.errors import InvalidSubmission, KeyReused, KeysJobGone
from jobs.engine.prune import prune_idempotency_keys
from jobs.engine.submission import Submission
from jobs.engine.submit import Once, Submitted, submit
from jobs.models import AuditEvent, IdempotencyKey, Job
from tests.engine.threads import side_by_side

NOOP = Submission(action="noop")
ONCE = Once(key="k", fingerprint="a" * 64)


@pytest.fixture(autouse=True)
def _database(transactional_db: None) -> None:
    """With real commits."""


def _age(hours: float) -> None:
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=hours))


def test_the_same_key_answers_the_first_job(by: Actor) -> None:
    first, again = submit(NOOP, once=ONCE, by=by), submit(NOOP, once=ONCE, by=by)
    assert (first.new, first.replayed, again.new, again.replayed) == (True, False, False, True)
    assert again.job == first.job
    assert (Job.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_without_a_key_every_submission_is_a_job(by: Actor) -> None:
    assert submit(NOOP, once=None, by=by).job != submit(NOOP, once=None, by=by).job


def test_keys_are_each_users_own(by: Actor) -> None:
    other = Actor(dialect="v0", user="bob")
    assert submit(NOOP, once=ONCE, by=by).job != submit(NOOP, once=ONCE, by=other).job


def test_another_body_is_refused(by: Actor) -> None:
    submit(NOOP, once=ONCE, by=by)
    with pytest.raises(KeyReused):
        submit(NOOP, once=Once(key="k", fingerprint="b" * 64), by=by)
    assert Job.objects.count() == 1


def test_what_was_refused_has_used_no_key(by: Actor) -> None:
    with pytest.raises(InvalidSubmission):
        submit(Submission(action="nosuch"), once=ONCE, by=by)
    assert submit(NOOP, once=ONCE, by=by).new


def test_after_a_day_a_key_counts_as_new(by: Actor) -> None:
    first = submit(NOOP, once=ONCE, by=by)
    _age(23.9)
    assert submit(NOOP, once=ONCE, by=by).replayed
    _age(24.1)
    again = submit(NOOP, once=Once(key="k", fingerprint="b" * 64), by=by)
    assert (again.new, again.job == first.job) == (True, False)
    assert IdempotencyKey.objects.get().job_id == again.job.pk


def test_keys_that_have_expired_are_pruned(by: Actor) -> None:
    submit(NOOP, once=ONCE, by=by)
    assert prune_idempotency_keys() == 0
    _age(24.1)
    assert prune_idempotency_keys() == 1
    assert not IdempotencyKey.objects.exists()


def test_a_job_that_was_deleted_is_not_made_again_by_its_key(by: Actor) -> None:
    submit(NOOP, once=ONCE, by=by).job.delete()
    with pytest.raises(KeysJobGone):
        submit(NOOP, once=ONCE, by=by)
    assert not Job.objects.exists()


def test_of_two_that_come_at_once_the_second_waits_and_answers_the_job_of_the_first(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found no key; the unique index stops the second until the first has committed."""
    found: list[Submitted] = []
    both_have_enqueued = threading.Barrier(2)

    def enqueued_together(submissions: list[Submission], *, by: Actor) -> object:
        made = enqueue_each(submissions, by=by)
        both_have_enqueued.wait(10)
        return made

    monkeypatch.setattr(submitting, "enqueue_each", enqueued_together)

    def work() -> None:
        found.append(submit(NOOP, once=ONCE, by=by))

    enqueue(NOOP, by=by)
    side_by_side(work, work)
    assert sorted(submitted.replayed for submitted in found) == [False, True]
    assert len({submitted.job.pk for submitted in found}) == 1
    assert Job.objects.count() == 2, "the loser's own job was rolled back"
    assert AuditEvent.objects.count() == 2
