"""delete: the row goes, the audit keeps it; a running job goes when its worker has stopped it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.engine.actor import Actor, engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.delete import delete
from jobs.engine.errors import NoSuchJob
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import look
from jobs.engine.refuse import refuse
from jobs.engine.rescue import end_slots, rescue
from jobs.engine.retry import retry
from jobs.engine.stop import mark
from jobs.models import AuditEvent, IdempotencyKey, Job, JobLog
from jobs.states import Status
from tests.engine.conftest import Enqueue, Start
from workers.models import Worker

DONE = Outcome(status=Status.DONE, result='{"ok": true}')
BY = engine_actor("test")


def test_an_ended_job_goes_at_once_with_its_log_and_the_audit_keeps_the_whole_of_it(start: Start, by: Actor) -> None:
    job, slot, claimed = start(parameters={"k": "v"})
    finish(slot, claimed, DONE)
    JobLog.objects.create(job=job, line_number=0, data="x")
    IdempotencyKey.objects.create(user="ada", key="k", fingerprint="0" * 64, job=job)
    delete(job.uuid, by=by, reason="a test of mine")
    assert not Job.objects.exists()
    assert not JobLog.objects.exists()
    kept: Any = AuditEvent.objects.get(verb="delete")
    assert (kept.user, kept.reason, kept.object_id, kept.after) == ("ada", "a test of mine", str(job.uuid), None)
    assert (kept.before["id"], kept.before["status"], kept.before["result"]) == (job.pk, "done", {"ok": True})
    assert kept.before["parameters"] == {"k": "v"}
    assert {field.attname for field in Job._meta.concrete_fields} == set(kept.before)
    with pytest.raises(NoSuchJob):
        delete(job.uuid, by=by)


def test_a_waiting_job_goes_at_once(submit: Enqueue, by: Actor) -> None:
    delete(submit().uuid, by=by)
    assert not Job.objects.exists()


def test_an_unknown_job_is_told(by: Actor) -> None:
    with pytest.raises(NoSuchJob):
        delete(uuid4(), by=by)


@pytest.mark.parametrize("canceled", [True, False])
def test_a_running_job_is_a_tombstone_that_its_worker_is_told_of(start: Start, by: Actor, *, canceled: bool) -> None:
    job, slot, claimed = start()
    if canceled:
        cancel(job.uuid, by=by)
    for _ in range(2):
        delete(job.uuid, by=by)
    job.refresh_from_db()
    assert (job.status, job.occupies) == (Status.DELETED, True)
    seen = look(slot.session, worker_id=slot.worker_id, boot_id=slot.boot_id, lease=settings.LEASE, classes=[])
    assert [watched.status for watched in seen.watched] == ["deleted"]
    assert mark(job.pk, slot_name=slot.name, why="it was deleted", by=BY)
    assert AuditEvent.objects.filter(verb="delete").count() == 1
    assert not finish(slot, claimed, DONE).accepted, "a late result changes nothing"
    assert not refuse(slot, claimed)
    assert end_slots([slot.name], status=Status.CANCELED, why="its slot has stopped", by=BY) == 1
    assert not Job.objects.exists(), "and no retry is made"
    assert AuditEvent.objects.filter(verb="remove", object_id=str(job.uuid)).count() == 1
    assert not finish(slot, claimed, DONE).accepted


def test_a_tombstone_holds_its_capacity_until_it_goes(start: Start, submit: Enqueue, by: Actor) -> None:
    job, slot, _ = start()
    following = submit({"scan": 1})
    delete(job.uuid, by=by)
    assert claim(slot).job is None
    end_slots([slot.name], status=Status.CANCELED, why="its slot has stopped", by=BY)
    found = claim(slot).job
    assert found is not None
    assert found.uuid == following.uuid


def test_a_dead_workers_tombstone_goes_with_its_lease(start: Start, by: Actor) -> None:
    job, _, _ = start()
    delete(job.uuid, by=by)
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert rescue(by=by) == 1
    assert not Job.objects.exists()


def test_the_retries_of_a_deleted_original_stay_one_chain(start: Start, by: Actor) -> None:
    job, slot, claimed = start(retries=0)
    finish(slot, claimed, Outcome(status=Status.ERRORED), take_next=False)
    heir, younger = retry(job.uuid, by=by), retry(job.uuid, by=by)
    delete(job.uuid, by=by)
    heir.refresh_from_db()
    younger.refresh_from_db()
    assert (heir.retry_from_id, younger.retry_from_id) == (None, heir.pk)
    cancel(heir.uuid, by=by)
    delete(younger.uuid, by=by)
    assert list(Job.objects.all()) == [heir]
