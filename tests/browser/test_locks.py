"""How staff find a stuck lock at night and free it, click by click."""

from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from jobs.states import Status
from locks.models import JobLock
from tests.admin.conftest import NOW, make_worker
from tests.admin.test_lock_board import hold, lose, wait_for
from tests.browser.conftest import LogIn
from tests.browser.looks import assert_accessible, each_look

BOARD = "admin:locks_joblock_changelist"


def _some_trouble() -> tuple[JobLock, JobLock]:
    """A live holder, and a dead one with a long name and a line."""
    live = hold("devices", make_worker("w1", 1))
    gone = make_worker("worker-in-the-basement-of-building-17", 2)
    dead = hold("firmware:eosdist-core-switch.building-17.example.org@rack-4711", gone, 2)
    for name in ("devices", dead.lock_id):
        for _ in range(5):
            wait_for(name)
    lose(gone)
    overdue = {"status": Status.CANCEL_REQUEST, "status_changed_at": NOW - timedelta(minutes=3)}
    Job.objects.filter(pk=hold("backups", make_worker("w3", 3), 3).job_id).update(**overdue)
    return live, dead


def test_the_board_and_its_pages_in_every_look(log_in: LogIn, live_server: LiveServer) -> None:
    live, dead = _some_trouble()
    page = log_in("admin")
    pages = {
        "board": reverse(BOARD),
        "lock": reverse("admin:locks_lockname_change", args=[dead.lock_id]),
        "clear": f"{reverse('admin:locks_clear')}?id={live.pk}&id={dead.pk}",
        "free": f"{reverse('admin:locks_free')}?id={live.pk}",
    }
    for name, url in pages.items():
        for look in each_look(page, live_server.url + url, f"locks-{name}"):
            if look.is_judged:
                assert_accessible(page)


def test_a_dead_held_lock_is_cleared_by_hand(log_in: LogIn, live_server: LiveServer) -> None:
    _, dead = _some_trouble()
    page = log_in("operator")
    page.goto(live_server.url + reverse(BOARD))
    row = page.locator("tr", has_text="building-17.example.org")
    expect(row).to_contain_text("expired")
    row.locator("input.action-select").check()
    page.locator("select[name=action]").select_option(label="Clear stuck locks")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("main, #main").first).to_contain_text("Nobody acts for it any more")
    page.get_by_label("Reason").fill("the basement is flooded")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("body")).to_contain_text("free.")
    assert not JobLock.objects.filter(lock=dead.lock_id).exists()


def test_a_live_holder_is_refused_then_canceled_and_freed(log_in: LogIn, live_server: LiveServer) -> None:
    live, _ = _some_trouble()
    page = log_in("operator")
    page.goto(f"{live_server.url}{reverse('admin:locks_clear')}?id={live.pk}")
    page.get_by_label("Reason").fill("I want it")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("body")).to_contain_text("which is alive")
    page.get_by_role("link", name="devices", exact=True).first.click()
    page.get_by_role("link", name="Cancel holder and free").click()
    page.get_by_label("Reason").fill("the sync hangs")
    page.get_by_label("Run the canceled jobs once more").check()
    page.get_by_role("button", name="Cancel and free").click()
    expect(page.locator("body")).to_contain_text("its holder was canceled")
    live.job.refresh_from_db()
    assert (live.job.status, live.job.cancel_reason, live.job.retry_asked) == ("cancel_request", "the sync hangs", True)


def test_the_board_follows_without_a_reload(log_in: LogIn, live_server: LiveServer) -> None:
    live, _ = _some_trouble()
    page = log_in("admin")
    page.goto(live_server.url + reverse(BOARD))
    row = page.locator("tr", has_text="sync_devices", has=page.get_by_role("link", name="devices", exact=True))
    row.locator("input.action-select").check()
    Job.objects.filter(pk=live.job_id).update(deadline=timedelta(seconds=0), started_at=NOW - timedelta(minutes=2))
    expect(row).to_contain_text("its deadline was over")
    expect(row.locator("input.action-select")).to_be_checked()
    hold("new", live.job.worker, 9)  # type: ignore[arg-type]
    expect(page.locator("#rows-changed")).to_be_visible()
