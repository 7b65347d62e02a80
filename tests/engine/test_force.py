"""A cancel by force: marked on the row, for the job's own worker to kill it, or for the rescue."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.errors import JobEnded
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import look
from jobs.engine.rescue import rescue
from jobs.models import AuditEvent, Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, Start, chain
from workers.models import Worker


def test_a_worker_is_told_that_a_cancel_is_forced(start: Start, by: Actor) -> None:
    job, slot, _ = start()
    assert cancel(job.uuid, by=by, reason="it hangs", force=True) == Status.CANCEL_REQUEST
    seen = look(slot.session, worker_id=slot.worker_id, boot_id=slot.boot_id, lease=settings.LEASE, classes=[])
    assert [(watched.id, watched.forced) for watched in seen.watched] == [(job.pk, True)]
    verbs = AuditEvent.objects.filter(object_id=str(job.uuid)).order_by("id").values_list("verb", "reason")
    assert list(verbs) == [("enqueue", ""), ("cancel", "it hangs"), ("force_cancel", "it hangs")]


def test_a_cancel_can_be_forced_after_it_was_asked_for(start: Start, by: Actor) -> None:
    job, _, _ = start()
    cancel(job.uuid, by=by)
    assert not Job.objects.filter(forced_at__isnull=False).exists()
    for _ in range(2):
        cancel(job.uuid, by=by, force=True)
    job.refresh_from_db()
    assert job.forced_at is not None
    assert AuditEvent.objects.filter(verb="force_cancel").count() == 1, "asking again changes nothing"


def test_a_forced_cancel_of_a_waiting_job_is_a_cancel(submit: Enqueue, by: Actor) -> None:
    job = submit()
    assert cancel(job.uuid, by=by, force=True) == Status.CANCELED
    job.refresh_from_db()
    assert job.forced_at is None


def test_an_ended_job_can_not_be_forced(start: Start, by: Actor) -> None:
    job, slot, claimed = start()
    finish(slot, claimed, Outcome(status=Status.DONE))
    with pytest.raises(JobEnded, match="done"):
        cancel(job.uuid, by=by, force=True)


def test_on_a_dead_worker_it_takes_effect_when_the_lease_ends(start: Start, by: Actor) -> None:
    job, _, _ = start()
    cancel(job.uuid, by=by, force=True)
    assert rescue(by=by) == 0, "its processes may still be at it"
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert rescue(by=by) == 1
    job.refresh_from_db()
    assert (job.status, chain(job)) == (Status.CANCELED, [])
