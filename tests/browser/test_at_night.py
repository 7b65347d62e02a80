"""docs/runbook.md as an on-call engineer walks it: a sync hangs, and others wait for its lock."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Locator, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from locks.models import JobLock
from tests.browser.conftest import LogIn
from tests.browser.looks import screenshot
from tests.e2e.conftest import RunWorker, Submit, run_worker, submit, wait_status, wait_until  # noqa: F401 - fixtures
from tests.engine.locking import exclusive

MOST_CLICKS = 6
MOST_SECONDS = 60


@pytest.fixture
def hangs(run_worker: RunWorker, submit: Submit, settings: Settings, tmp_path: Path) -> Job:  # noqa: F811
    """A job on a real worker that holds the lock and says nothing more."""
    cache.clear()
    settings.LOCK_SILENT = timedelta(seconds=1)
    run_worker("--capacity", "scan=2")
    never = {"path": str(tmp_path / "never")}
    return wait_status(submit("test_until_file", {"scan": 1}, parameters=never, locks=exclusive("devices")), "running")


@pytest.mark.timeout(300)
def test_a_hanging_sync_is_canceled_its_lock_freed_and_the_job_run_again(
    hangs: Job, log_in: LogIn, live_server: LiveServer
) -> None:
    page, clicks, began = log_in("operator"), 0, time.monotonic()

    def click(what: Locator) -> None:
        nonlocal clicks
        clicks += 1
        what.click()

    page.goto(live_server.url + reverse("admin:index"))
    expect(page.get_by_text("stuck lock").first).to_be_visible()
    screenshot(page, "night-1-overview")
    click(page.get_by_role("link", name="Free it"))
    expect(page.get_by_text("no word of it for").first).to_be_visible()
    screenshot(page, "night-2-lock")
    click(page.get_by_role("link", name="Cancel holder and free"))
    page.get_by_label("Reason").fill("the sync hangs, INC-4711")
    click(page.get_by_label("Run the canceled jobs once more"))
    screenshot(page, "night-3-confirm")
    click(page.get_by_role("button", name="Cancel and free"))
    expect(page.get_by_text("its holder was canceled").first).to_be_visible()
    wait_status(hangs, "canceled")
    wait_until(lambda: JobLock.objects.filter(lock="devices", job__retry_from=hangs).exists())
    assert clicks <= MOST_CLICKS
    assert time.monotonic() - began < MOST_SECONDS
    page.goto(live_server.url + reverse("admin:locks_joblock_changelist"))
    screenshot(page, "night-4-board")
