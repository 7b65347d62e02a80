"""Pruning of whole jobs: only what has ended, is old and holds nothing."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.actions import JobCanceled
from jobs.engine.actor import Actor
from jobs.engine.prune import prune_jobs
from jobs.models import AuditEvent, Cron, CronSkip, IdempotencyKey, Job, JobLog
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.actions.reporter import ListReporter, run_action
from workers.models import CapacityClass

pytestmark = pytest.mark.django_db
prune = partial(prune_jobs, job_id=uuid.uuid4(), by=Actor(dialect="engine"))


def make_job(*, days: int, **fields: Any) -> Job:
    """One that ended so many days ago, unless the fields say otherwise."""
    then = timezone.now() - timedelta(days=days)
    known, _ = CapacityClass.objects.get_or_create(name="default", defaults={"needs": {"default": 1}})
    ended = {"status": Status.DONE, "ended_at": then, "scheduled_at": then}
    return Job.objects.create(**{"uuid": uuid.uuid4(), "action": "noop", "capacity_class": known, **ended, **fields})


def test_only_what_ended_long_ago_goes_and_all_that_is_its_own() -> None:
    old, held = make_job(days=401), make_job(days=401)
    lock = LockName.objects.create(name="devices")
    JobLock.objects.create(lock=lock, job=held, mode="exclusive", fence=1, acquired_at=timezone.now())
    running = {"status": "running", "slot": "s", "worker_id": 1, "started_at": timezone.now()}
    kept = [
        held,
        make_job(days=399),
        make_job(days=401, status="waiting", ended_at=None),
        make_job(days=401, ended_at=None, **running),
        # Waited for two years, and ended lately.
        make_job(days=700, ended_at=timezone.now()),
    ]
    JobLog.objects.create(job=old, line_number=0, data="x")
    IdempotencyKey.objects.create(user="ann", key="k", fingerprint="f", job=old)
    assert run_action("onlinegc_jobs") == {"days": 400, "most": None, "deleted_jobs": 1, "deleted_skips": 0}
    assert set(Job.objects.values_list("pk", flat=True)) == {job.pk for job in kept}
    assert not JobLog.objects.exists()


def test_by_number_the_newest_that_ended_stay_and_skips_are_not_asked_for() -> None:
    jobs = [make_job(days=days) for days in (1, 2, 3)]
    cron = Cron.objects.create(name="c", action="noop", schedule="@daily", enabled=False)
    then = timezone.now() - timedelta(days=900)
    CronSkip.objects.create(
        cron=cron, due_at=then, last_due_at=then, count=1, code="MISSED", reason="x", skipped_at=then
    )
    result = run_action("onlinegc_jobs", {"days": None, "most": 2})
    assert result == {"days": None, "most": 2, "deleted_jobs": 1, "deleted_skips": 0}
    assert set(Job.objects.values_list("pk", flat=True)) == {job.pk for job in jobs[:2]}


@pytest.mark.parametrize("last", [{"days": 399}, {"days": 401, "status": "waiting", "ended_at": None}])
def test_a_chain_of_retries_goes_as_a_whole_when_its_last_is_old(last: dict[str, Any]) -> None:
    original = make_job(days=403, status=Status.WORKER_DEAD)
    second = make_job(days=402, status=Status.WORKER_DEAD, retry_from=original)
    third = make_job(**last, retry_from=original)
    for job, after in ((original, second), (second, third)):
        Job.objects.filter(pk=job.pk).update(next_job=after)
    assert prune(older_than=timedelta(days=400)).jobs == 0
    assert set(Job.objects.filter(retry_from=original)) == {second, third}
    assert not Job.objects.needing_a_human().exists(), "each of those that were cut was run again"
    Job.objects.filter(pk=third.pk).update(status=Status.DONE, ended_at=timezone.now() - timedelta(days=401))
    assert prune(older_than=timedelta(days=400), batch=1).jobs == 3
    assert not Job.objects.exists()


def test_skips_of_crons_go_with_the_jobs_of_their_time() -> None:
    now = timezone.now()
    cron = Cron.objects.create(name="c", action="noop", schedule="@daily", next_run_at=now)
    for days in (401, 10):
        then = now - timedelta(days=days)
        CronSkip.objects.create(cron=cron, due_at=then, last_due_at=then, count=1, code="MISSED", skipped_at=then)
    assert run_action("onlinegc_jobs")["deleted_skips"] == 1
    assert CronSkip.objects.get().due_at == now - timedelta(days=10)


def test_they_go_in_batches_and_every_batch_is_reported() -> None:
    for _ in range(5):
        make_job(days=401)
    sums: list[int] = []
    assert prune(older_than=timedelta(days=400), batch=2, progress=sums.append).jobs == 5
    assert sums == [2, 4, 5]


def test_a_cancel_stops_it_between_two_batches() -> None:
    for _ in range(3):
        make_job(days=401)
    reporter = ListReporter()
    reporter.cancel()
    with pytest.raises(JobCanceled, match="after 2 jobs"):
        run_action("onlinegc_jobs", {"batch": 2}, reporter=reporter)
    assert Job.objects.count() == 1
    assert told()["deleted_jobs"] == 2


def told() -> Any:
    return AuditEvent.objects.get(verb="prune").after


@pytest.mark.parametrize("user", ["eve", None])
def test_the_audit_tells_what_it_deleted_after_its_own_job_is_deleted(user: str | None) -> None:
    make_job(days=401)
    own = make_job(days=0, status="waiting", ended_at=None, scheduled_by=user)
    run_action("onlinegc_jobs", {"days": 300}, job_id=own.uuid)
    Job.objects.all().delete()
    row = AuditEvent.objects.get()
    assert (row.verb, row.dialect, row.user, row.client) == ("prune", "engine", user or "", "action onlinegc_jobs")
    assert (row.object_type, row.object_id) == ("job", str(own.uuid))
    assert row.after == {"days": 300, "most": None, "deleted_jobs": 1, "deleted_skips": 0}


def test_what_deletes_nothing_is_no_row() -> None:
    make_job(days=1)
    run_action("onlinegc_jobs")
    assert not AuditEvent.objects.exists()


def test_no_result_is_read_to_delete_it() -> None:
    make_job(days=401, result={"large": 1})
    with CaptureQueriesContext(connection) as captured:
        prune(older_than=timedelta(days=400))
    assert captured.captured_queries
    assert not [query for query in captured.captured_queries if '"result"' in query["sql"]]
