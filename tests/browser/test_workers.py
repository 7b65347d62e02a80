"""Workers in a browser: how they look, and one that is drained."""

from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Pause
from jobs.states import Status
from tests.admin.conftest import NOW, make_worker
from tests.admin.test_workers import run_on
from tests.browser.conftest import LogIn
from tests.browser.looks import assert_accessible, each_look
from workers.models import Worker


def _busy() -> Worker:
    worker = make_worker("w1", 1)
    Worker.objects.filter(pk=worker.pk).update(capacity={"scan": 2, "scanCheck": 1}, slots=6)
    for number in range(12):
        began = NOW - timedelta(minutes=5 * number + 5)
        status = (Status.DONE, Status.DONE, Status.ERRORED, Status.CANCELED)[number % 4]
        ended = began + timedelta(minutes=number % 3 + 1)
        run_on(worker, slot=number % 2 + 1, status=status, started_at=began, ended_at=ended)
    run_on(worker, slot=3, progress_done=3, progress_total=9)
    run_on(worker, "scanCheck", slot=4, status=Status.CANCEL_REQUEST)
    run_on(worker, slot=5, status=Status.WORKER_DEAD, ended_at=NOW)
    other = make_worker("worker-in-the-basement-of-building-17", 2)
    Worker.objects.filter(pk=other.pk).update(lease_until=NOW - timedelta(minutes=3))
    return worker


def test_workers_in_every_look(log_in: LogIn, live_server: LiveServer) -> None:
    worker = _busy()
    Pause.objects.create(kind="action", name="noop", paused_by="ann", reason="the license server is away")
    page = log_in("admin")
    pages = {
        "list": reverse("admin:workers_worker_changelist"),
        "page": reverse("admin:workers_worker_change", args=[worker.pk]),
        "capacity": reverse("admin:worker_capacity", args=[worker.pk]),
        "pauses": reverse("admin:jobs_pause_changelist"),
    }
    for name, url in pages.items():
        for look in each_look(page, live_server.url + url, f"workers-{name}"):
            if look.is_judged:
                assert_accessible(page)


def test_a_worker_is_drained_by_hand(log_in: LogIn, live_server: LiveServer) -> None:
    worker = _busy()
    page = log_in("operator")
    page.goto(live_server.url + reverse("admin:workers_worker_change", args=[worker.pk]))
    page.get_by_role("link", name="Drain").click()
    page.get_by_label("Reason").fill("a new disk")
    page.get_by_role("button", name="Drain").click()
    expect(page.get_by_text("draining")).to_be_visible()
    worker.refresh_from_db()
    assert worker.state == "draining"
