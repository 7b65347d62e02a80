"""Each number of the overview is asked again by SQL."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from jobs.engine.clock import database_now
from jobs.engine.rows import django_rows
from jobs.models import Job
from jobsite.console.dashboard import history as past
from jobsite.console.dashboard.capacity import capacity_use
from jobsite.console.dashboard.counted import counted
from jobsite.console.dashboard.services import services
from jobsite.console.dashboard.states import states
from tests.admin.conftest import Browser, make_job, make_worker
from tests.admin.overview.conftest import count, running, waiting
from workers.models import CapacityClass, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
INDEX = reverse("admin:index")


def test_counts_of_states_are_those_of_sql(well: Worker, settings: Settings) -> None:
    CapacityClass.objects.get_or_create(name="default", defaults={"needs": {"default": 1}})
    running(well, 1)
    running(well, 2, status="cancel_request")
    for fields in (
        {},
        {},
        {"blocked_by": "devices"},
        {"due": False, "scheduled_at": timezone.now() + timedelta(hours=1)},
        {"paused": True},
        {"paused": True, "blocked_by": "devices"},
    ):
        waiting(**fields)
    shown = {state.name: str(state.count) for state in states()}
    where = {
        "ready": "ready",
        "in line": "blocked_by IS NOT NULL AND NOT paused",
        "scheduled": "due_at IS NOT NULL",
        "paused": "status = 'waiting' AND paused",
        "running": "status = 'running'",
        "canceling": "status = 'cancel_request'",
    }
    assert shown == {name: str(count(sql)) for name, sql in where.items()}
    assert list(shown.values()) == ["2", "1", "1", "2", "1", "1"]
    settings.EXACT_COUNT_CAP = 1
    assert str(counted(Job.objects.filter(ready=True))) == "1+"


def test_capacity_is_that_of_living_workers_and_of_what_runs_there(well: Worker) -> None:
    dead = make_worker("dead", 2)
    Worker.objects.filter(pk=dead.pk).update(lease_until=Now() - timedelta(seconds=1))
    scan = CapacityClass.objects.create(name="scan", needs={"scan": 1})
    running(well, 1, capacity_class=scan)
    running(dead, 2, capacity_class=scan)
    use = {row.name: (row.used, row.total, row.free) for row in capacity_use()}
    in_use = count(f"occupies AND worker_id = {well.pk} AND capacity_class_id = {scan.pk}")
    assert use == {"scan": (in_use, 1, 0), "default": (0, 2, 2)}


def test_the_services_are_counted_and_the_oldest_job_is_found(well: Worker) -> None:
    waiting(scheduled_at=timezone.now() - timedelta(hours=2))
    oldest = waiting(scheduled_at=timezone.now() - timedelta(hours=3), action="old")
    shown = {service.name: service for service in services()}
    assert (shown["Workers"].value, shown["Beats"].value, shown["Broker"].value) == ("1", "1", "up")
    assert shown["Oldest waiting job"].url == reverse("admin:jobs_job_change", args=[oldest.pk])
    assert shown["Oldest waiting job"].value.startswith("3 h 0")
    Job.objects.all().delete()
    assert next(s for s in services() if s.name.startswith("Oldest")).value == "none"


def _make_history() -> None:
    for minute in range(50):
        for number, status in enumerate(("done", "done", "errored", "worker_shutdown")):
            ended = timezone.now() - timedelta(minutes=minute, seconds=number)
            began = ended - timedelta(seconds=1)
            queued = timedelta(seconds=minute + number)
            make_job(
                status=status, ended_at=ended, started_at=began, scheduled_at=began - queued, created_at=began - queued
            )
    make_job(status="canceled", ended_at=timezone.now(), started_at=None)
    make_job(
        status="done", ended_at=timezone.now() - timedelta(hours=30), started_at=timezone.now() - timedelta(hours=30)
    )


_STATUSES = "SELECT status, count(*) FROM jobs_job WHERE ended_at >= %s AND ended_at < %s GROUP BY status"
_QUEUED = """
SELECT percentile_disc(%s) WITHIN GROUP (
    ORDER BY extract(epoch FROM started_at - greatest(scheduled_at, created_at)))
FROM jobs_job WHERE ended_at >= %s AND ended_at < %s AND started_at IS NOT NULL"""


@pytest.mark.parametrize("span", [past.HOUR, past.DAY], ids=lambda span: span.name)
def test_the_history_is_that_of_sql(span: past.Span, well: Worker) -> None:
    _make_history()
    shown = past.read(span, database_now())
    assert len(shown.buckets) == span.steps
    for bucket in [*shown.buckets, shown.whole]:
        within = (bucket.begin, bucket.end)
        assert bucket.ended == dict(django_rows(_STATUSES, within))
        for share, value in ((0.5, bucket.p50), (0.95, bucket.p95)):
            [(asked,)] = django_rows(_QUEUED, (share, *within))
            assert value == (None if asked is None else float(asked))
    assert shown.whole.total == 201
    assert not shown.whole.is_estimated


def test_more_than_a_sample_is_estimated_and_said_to_be(
    well: Worker, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    small = replace(past.DAY, sample=20)
    monkeypatch.setattr("jobsite.console.dashboard.page.DAY", small)
    quarter = database_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    for second in range(0, 900, 9):
        make_job(ended_at=quarter + timedelta(seconds=second + 1))
    shown = past.read(small, database_now())
    busy = next(bucket for bucket in shown.buckets if bucket.begin == quarter)
    assert busy.is_estimated
    assert 90 <= busy.total <= 110
    text = browser("auditor").get(INDEX).content.decode()
    assert "estimated from a sample" in text
    assert f"about {busy.total}" in text
