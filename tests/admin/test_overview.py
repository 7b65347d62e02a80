"""The overview: what needs a human, each kind by itself; and each number asked again by SQL."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from jobs.engine.clock import database_now
from jobs.engine.rows import django_rows
from jobs.models import Cron, CronSkip, Job
from jobsite.console.dashboard import history as past
from jobsite.console.dashboard.capacity import capacity_use
from jobsite.console.dashboard.counted import counted
from jobsite.console.dashboard.needs.all import needs
from jobsite.console.dashboard.needs.need import Need
from jobsite.console.dashboard.services import services
from jobsite.console.dashboard.states import states
from locks.models import JobLock, LockName
from tests.admin.conftest import Browser, make_job, make_worker
from workers.models import Beat, CapacityClass, Worker

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
PARTS = [reverse("dashboard-part", args=[name]) for name in ("needs", "now", "past")]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def well(db: None) -> Worker:
    """A worker and a beat that live: nothing needs a human."""
    Beat.objects.create(name="beat@here")
    return alive(make_worker("w1", 1))


def alive(worker: Worker) -> Worker:
    Worker.objects.filter(pk=worker.pk).update(lease_until=Now() + timedelta(minutes=5))
    return worker


def count(where: str) -> int:
    [(number,)] = django_rows(f"SELECT count(*) FROM jobs_job WHERE {where}", None)  # noqa: S608 - our own words
    return int(number)


def found(key: str) -> Need | None:
    return next((need for need in needs() if need.key == key), None)


def running(worker: Worker, number: int = 1, **fields: Any) -> Job:
    slot = f"{worker.boot_id}:{number}"
    return make_job(
        **{
            "status": "running",
            "worker": worker,
            "slot": slot,
            "started_at": timezone.now(),
            "ended_at": None,
            **fields,
        }
    )


def waiting(**fields: Any) -> Job:
    return make_job(**{"status": "waiting", "started_at": None, "ended_at": None, **fields})


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
    monkeypatch.setattr(past, "SAMPLE", 20)
    quarter = database_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    for second in range(0, 900, 9):
        make_job(ended_at=quarter + timedelta(seconds=second + 1))
    shown = past.read(past.DAY, database_now())
    busy = next(bucket for bucket in shown.buckets if bucket.begin == quarter)
    assert busy.is_estimated
    assert 90 <= busy.total <= 110
    text = browser("auditor").get(INDEX).content.decode()
    assert "estimated from a sample" in text
    assert f"about {busy.total}" in text


def _more(worker: Worker) -> None:
    for number in range(2, 30):
        scan = CapacityClass.objects.create(name=f"scan={number}", needs={"scan": number})
        waiting(capacity_class=scan)
        job = running(
            make_worker(f"w{number}", number),
            number,
            started_at=timezone.now() - timedelta(hours=2),
            deadline=timedelta(1),
        )
        lock = LockName.objects.create(name=f"device:{number}")
        JobLock.objects.create(lock=lock, job=job, mode="shared", fence=1, acquired_at=timezone.now())
        make_job(status="worker_dead")
        cron = Cron.objects.create(name=f"c{number}", action="noop", schedule="@daily", next_run_at=timezone.now())
        CronSkip.objects.create(
            cron=cron, due_at=timezone.now(), last_due_at=timezone.now(), count=1, code="MISSED", reason="x"
        )
        Beat.objects.create(name=f"beat{number}")


@pytest.mark.parametrize("url", [INDEX, *PARTS])
def test_it_costs_the_same_with_more_rows(url: str, well: Worker, browser: Browser) -> None:
    client = browser("superuser")
    _more_once(well)
    few = _queries(client, url)
    _more(well)
    assert len(_queries(client, url)) <= len(few) + 0
    assert len(few) <= 40


def _more_once(worker: Worker) -> None:
    """One of each, so that every question is asked."""
    scan = CapacityClass.objects.create(name="scan=99", needs={"scan": 99})
    waiting(capacity_class=scan)
    job = running(worker, 1, started_at=timezone.now() - timedelta(hours=2))
    lock = LockName.objects.create(name="device")
    JobLock.objects.create(lock=lock, job=job, mode="shared", fence=1, acquired_at=timezone.now())
    cron = Cron.objects.create(name="c", action="noop", schedule="@daily", next_run_at=timezone.now())
    CronSkip.objects.create(
        cron=cron, due_at=timezone.now(), last_due_at=timezone.now(), count=1, code="MISSED", reason="x"
    )


def _queries(client: Any, url: str) -> list[str]:
    client.get(url)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("superuser", 200),
        ("admin", 200),
        ("operator", 200),
        ("auditor", 200),
        ("staff", 403),
        ("outsider", 401),
        ("anonymous", 401),
    ],
)
@pytest.mark.parametrize("url", PARTS)
def test_only_those_with_a_role_get_the_parts(url: str, who: str, status: int, well: Worker, browser: Browser) -> None:
    answer = browser(who).get(url)
    assert answer.status_code == status
    if status == 200:
        assert browser(who).get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code in (200, 304)


def test_staff_without_a_role_see_no_number(well: Worker, browser: Browser) -> None:
    shown = browser("staff").get(INDEX).content.decode()
    assert "No role yet" in shown
    assert "data-live" not in shown


def test_while_nothing_changes_nothing_is_sent(well: Worker, browser: Browser) -> None:
    client = browser("auditor")
    for url in PARTS:
        tag = client.get(url).headers["ETag"]
        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_what_people_write_is_text(well: Worker, browser: Browser) -> None:
    evil = "<script>alert(1)</script>"
    running(well, action=evil, started_at=timezone.now() - timedelta(hours=2), deadline=timedelta(hours=1))
    waiting(action=evil, scheduled_at=timezone.now() - timedelta(hours=2))
    shown = browser("auditor").get(INDEX).content.decode()
    assert shown.count("&lt;script&gt;alert(1)") == 2
    assert evil not in shown


def test_an_unknown_part_is_not_found(well: Worker, browser: Browser) -> None:
    assert browser("auditor").get(reverse("dashboard-part", args=["other"])).status_code == 404


def test_the_links_lead_to_lists_of_these_jobs(well: Worker, browser: Browser) -> None:
    job, running_job = waiting(), running(well)
    shown = {state.name: browser("auditor").get(state.url).context["cl"].queryset for state in states()}
    assert list(shown["ready"]) == [job]
    assert list(shown["running"]) == [running_job]
    assert list(shown["canceling"]) == []
