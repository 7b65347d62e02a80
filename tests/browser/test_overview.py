"""The overview in a browser: full, empty and changing while one looks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Cron, CronSkip, Job
from locks.models import JobLock, LockName
from tests.admin.conftest import make_job, make_worker
from tests.browser.conftest import LogIn
from tests.browser.looks import assert_accessible, each_look
from workers.models import Beat, CapacityClass, Worker

INDEX = reverse("admin:index")
LONG = "a-very-long-name-of-a-worker-in-a-far-away-datacenter-of-the-north-" * 2


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _worker() -> Worker:
    """It and the beat stay alive, however long the browser takes."""
    later = timezone.now() + timedelta(hours=1)
    Beat.objects.create(name="beat@here", ticked_at=later)
    worker = make_worker("w1", 1)
    Worker.objects.filter(pk=worker.pk).update(lease_until=later)
    return worker


def _trouble(worker: Worker) -> None:
    """One of each need, with names as long as they come."""
    now = timezone.now()
    scan = CapacityClass.objects.create(name="scan=9", needs={"scan": 9})
    waiting = {"status": "waiting", "started_at": None, "ended_at": None}
    make_job(**waiting, capacity_class=scan)
    held = {"status": "running", "worker": worker, "ended_at": None, "started_at": now - timedelta(hours=3)}
    job = make_job(**held, slot="b:1", action="x" * 100, deadline=timedelta(hours=1))
    make_job(**{**held, "status": "cancel_request"}, slot="b:2", status_changed_at=now - timedelta(hours=2))
    JobLock.objects.create(
        lock=LockName.objects.create(name="d" * 128, fence=1), job=job, mode="exclusive", fence=1, acquired_at=now
    )
    make_job(status="worker_dead")
    Worker.objects.filter(pk=make_worker(LONG, 2).pk).update(state="dead")
    cron = Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=now)
    CronSkip.objects.create(cron=cron, due_at=now, last_due_at=now, count=1, code="OVERLAP", reason="x")


def _past() -> None:
    now = timezone.now()
    for number in range(400):
        ended = now - timedelta(minutes=number * number / 130)
        began = ended - timedelta(seconds=2)
        queued = began - timedelta(seconds=number % 17)
        status = ("done", "done", "done", "errored", "done", "canceled", "done")[number % 7]
        make_job(status=status, ended_at=ended, started_at=began, scheduled_at=queued, created_at=queued)


def test_with_much_to_tell(log_in: LogIn, live_server: LiveServer) -> None:
    _trouble(_worker())
    _past()
    page = log_in("auditor")
    for look in each_look(page, live_server.url + INDEX, "overview-full"):
        expect(page.locator(".needs li")).to_have_count(7)
        if look.is_judged:
            assert_accessible(page)


def test_with_nothing_to_tell(log_in: LogIn, live_server: LiveServer) -> None:
    _worker()
    page = log_in("auditor")
    for look in each_look(page, live_server.url + INDEX, "overview-empty"):
        expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
        if look.is_judged:
            assert_accessible(page)


def test_without_a_role(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("staff")
    for look in each_look(page, live_server.url + INDEX, "overview-without-a-role"):
        expect(page.get_by_text("No role yet")).to_be_visible()
        if look.is_judged:
            assert_accessible(page)


def test_a_worker_that_dies_appears_without_a_reload(log_in: LogIn, live_server: LiveServer) -> None:
    worker = _worker()
    page = log_in("operator")
    page.goto(live_server.url + INDEX)
    page.evaluate("window.mine = true")
    expect(page.get_by_text("Nothing needs you")).to_be_visible()
    Worker.objects.filter(pk=worker.pk).update(lease_until=Now() - timedelta(seconds=1))
    expect(page.locator("#need-workers")).to_contain_text("dead worker")
    assert page.evaluate("window.mine")
    Worker.objects.filter(pk=worker.pk).update(lease_until=Now() + timedelta(minutes=5))
    expect(page.get_by_text("Nothing needs you")).to_be_visible()


def test_a_need_leads_to_its_list(log_in: LogIn, live_server: LiveServer) -> None:
    _worker()
    make_job(status="worker_dead", action="cut-short")
    make_job(action="well-done")
    page = log_in("operator")
    page.goto(live_server.url + INDEX)
    page.locator("#need-cut").get_by_role("link").click()
    expect(page.locator("#result_list")).to_contain_text("cut-short")
    expect(page.locator("#result_list")).not_to_contain_text("well-done")
    assert Job.objects.count() == 2
