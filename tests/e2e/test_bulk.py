"""Bulks run by a real worker."""

import pytest

from jobs.criteria import Criteria
from jobs.engine.actor import Actor
from jobs.engine.bulk import bulk
from jobs.engine.cancel import cancel
from jobs.engine.enqueue import enqueue_many
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job, JobLog
from tests.e2e.conftest import RunWorker, wait_status, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
EVE = Actor(dialect="v0", user="eve", address="10.0.0.7")
# Which no worker holds: they wait.
NEEDS = {"gpu": 1}


def line_up(count: int) -> None:
    # A busy machine must not let the transaction sit idle for too long.
    for _ in range(count // 150):
        enqueue_many([Submission(action="noop", capacity_map=NEEDS) for _ in range(150)], by=EVE)


def test_a_line_of_jobs_is_canceled_and_run_again_as_the_person_who_asked(run_worker: RunWorker) -> None:
    line_up(150)
    run_worker("--capacity", "scan=1")
    job = wait_status(bulk("cancel", Criteria(action="noop"), by=EVE, reason="gone"), "done", patience=90)
    assert job.result == {"matched": 150, "done": 150, "refused": []}
    assert (job.progress_done, job.progress_total) == (150, 150)
    assert set(Job.objects.filter(action="noop").values_list("status", "canceled_by")) == {("canceled", "eve")}
    named = AuditEvent.objects.filter(verb="cancel", user="eve", address="10.0.0.7", client=f"bulk job {job.uuid}")
    assert named.count() == 150
    assert JobLog.objects.filter(job=job).last().data == "cancel: done 150, refused 0"  # type: ignore[union-attr]
    again = wait_status(bulk("retry", Criteria(statuses=("canceled",)), by=EVE), "done", patience=90)
    assert again.result == {"matched": 150, "done": 150, "refused": []}
    assert Job.objects.filter(action="noop", status="waiting").count() == 150


def test_a_cancel_stops_it_and_what_it_has_done_is_kept(run_worker: RunWorker) -> None:
    line_up(1_500)
    run_worker("--capacity", "scan=1")
    job = bulk("cancel", Criteria(action="noop"), by=EVE, most=None)
    wait_until(lambda: AuditEvent.objects.filter(verb="cancel").count() > 20)
    cancel(job.uuid, by=EVE)
    wait_status(job, "canceled", patience=90)
    done = Job.objects.filter(action="noop", status="canceled").count()
    assert job.result == {"matched": 1_500, "done": done, "refused": []}
    assert 20 < done < 1_500
