"""What needs a human: told when it is so, and not otherwise."""

import re
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from jobs.engine.rows import django_rows
from jobs.models import Cron, CronSkip, Job
from jobsite.console.dashboard.needs.all import needs
from jobsite.console.dashboard.needs.need import Need
from locks.models import JobLock, LockName
from tests.admin.conftest import Browser, make_job, make_worker
from tests.admin.overview.conftest import count, running, waiting
from workers.models import Beat, CapacityClass, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
INDEX = reverse("admin:index")


def found(key: str) -> Need | None:
    return next((need for need in needs() if need.key == key), None)


def test_nothing_needs_a_human_where_all_is_well(well: Worker, browser: Browser) -> None:
    running(well)
    waiting()
    assert needs() == []
    assert "Nothing needs you" in browser("auditor").get(INDEX).content.decode()


def test_a_lock_whose_holder_is_silent_is_stuck(well: Worker, settings: Settings) -> None:
    old = timezone.now() - settings.LOCK_SILENT - timedelta(minutes=1)
    job = running(well, started_at=old)
    for name in ("devices", "device:b"):
        lock = LockName.objects.create(name=name, fence=1)
        JobLock.objects.create(lock=lock, job=job, mode="exclusive", fence=1, acquired_at=timezone.now())
    need = found("locks")
    assert need is not None
    assert need.count == str(JobLock.objects.count()) == "2"
    assert "no word of it for" in need.words
    Job.objects.update(reported_at=Now())
    assert found("locks") is None


def test_a_cancel_and_a_deadline_become_overdue(well: Worker) -> None:
    minute = timedelta(minutes=1)
    asked = running(
        well, 1, status="cancel_request", stop_timeout=timedelta(seconds=1), status_changed_at=timezone.now() - minute
    )
    past_it = running(well, 2, started_at=timezone.now() - 10 * minute, deadline=minute)
    running(well, 3, status="cancel_request", stop_timeout=10 * minute)
    running(well, 4, started_at=timezone.now() - 10 * minute, deadline=20 * minute)
    cancels, deadlines = found("cancels"), found("deadlines")
    assert cancels is not None
    assert deadlines is not None
    assert (cancels.count, deadlines.count) == ("1", "1")
    assert cancels.url == reverse("admin:jobs_job_change", args=[asked.pk])
    assert deadlines.url == reverse("admin:jobs_job_change", args=[past_it.pk])


def test_a_dead_worker_and_what_it_cut(well: Worker) -> None:
    dead, over, gone = make_worker("dead", 2), make_worker("over", 3), make_worker("gone", 4)
    Worker.objects.filter(pk__in=(dead.pk, gone.pk)).update(state="dead")
    Worker.objects.filter(pk=over.pk).update(lease_until=Now() - timedelta(seconds=1))
    Worker.objects.filter(pk=gone.pk).update(heartbeat_at=Now() - timedelta(days=8))
    retried = make_job(status="worker_dead")
    make_job(status="worker_dead", next_job=retried)
    make_job(status="worker_shutdown")
    workers, cut = found("workers"), found("cut")
    assert workers is not None
    assert (workers.count, workers.tone) == ("2", "warn")
    assert {"dead", "over"} <= set(re.findall(r"\w+", workers.words))
    assert cut is not None
    assert cut.count == str(count("status IN ('worker_dead', 'worker_shutdown') AND next_job_id IS NULL"))
    assert "needs_human=true" in cut.url


def test_a_cron_that_skips_of_itself_is_told_and_one_that_a_person_edited_is_not(well: Worker) -> None:
    late, edited, long_ago = (
        Cron.objects.create(
            name=name, action="noop", schedule="@daily", next_run_at=timezone.now() + timedelta(hours=1)
        )
        for name in ("late", "edited", "long-ago")
    )
    for cron, code, at in (
        (late, "OVERLAP", timezone.now()),
        (edited, "EDITED", timezone.now()),
        (long_ago, "MISSED", timezone.now() - timedelta(days=2)),
    ):
        CronSkip.objects.create(cron=cron, due_at=at, last_due_at=at, count=1, code=code, reason="x", skipped_at=at)
    need = found("crons")
    assert need is not None
    assert (need.count, "late (a job of this cron had not ended)" in need.words) == ("1", True)


def test_a_job_that_fits_no_worker_is_told_with_what_it_needs(well: Worker) -> None:
    big = CapacityClass.objects.create(name="scan=9", needs={"scan": 9})
    waiting(capacity_class=big)
    waiting(capacity_class=big, due=False, scheduled_at=timezone.now() + timedelta(hours=1))
    make_job(capacity_class=big)
    need = found("misfits")
    assert need is not None
    assert need.count == str(count(f"ready AND capacity_class_id = {big.pk}")) == "1"
    assert "Needed: scan 9. The most that one worker has: scan 1." in need.words
    Worker.objects.update(capacity_override={"scan": 9}, state="draining")
    assert found("misfits") is None


def test_without_a_worker_or_a_beat_that_is_what_is_told(db: None) -> None:
    waiting()
    misfits, beats = found("misfits"), found("beats")
    assert misfits is not None
    assert "No worker is running" in misfits.words
    assert beats is not None
    Beat.objects.create(name="beat@here")
    assert found("beats") is None


def test_an_old_open_transaction_is_named(well: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsite.console.dashboard.needs.transactions.OLD", timedelta())
    other = psycopg2.connect(**{**connection.get_connection_params(), "application_name": "a-forgotten-psql"})
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT txid_current()")
        need = found("transactions")
        assert need is not None
        assert "a-forgotten-psql" in need.words
        assert f"pg_terminate_backend({other.info.backend_pid})" in need.words
        other.rollback()
        # A transaction, as this test's is, sees one state of it.
        django_rows("SELECT pg_stat_clear_snapshot()", None)
        assert found("transactions") is None
    finally:
        other.close()
