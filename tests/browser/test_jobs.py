"""The list of jobs as staff use it: find, keep the view, cancel what is ticked, and follow without a reload."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from jobs.states import Status
from jobsite.access.models import SavedView
from jobsite.console.base.pages import ListAdmin
from tests.admin.conftest import NOW, make_job, make_worker
from tests.browser.conftest import LogIn
from tests.browser.looks import assert_accessible, each_look

LIST = "/admin/jobs/job/"
ROWS = ListAdmin.list_per_page


def _some_jobs(ended: int = 60) -> list[Job]:
    """Of every kind, the first with the longest words that there can be."""
    worker = make_worker("worker-in-the-basement-of-building-17", 1)
    long = make_job(
        action="firmware_upgrade_of_all_core_switches",
        status="cancel_request",
        worker=worker,
        slot="s",
        ended_at=None,
        started_at=NOW - timedelta(hours=3),
        scheduled_by="somebody.with.a.long.name@department.example.org",
    )
    states = ["done", "errored", "canceled", "worker_dead", "timeout", "worker_shutdown"]
    others = [
        make_job(status=states[n % 6], worker=worker, slot=str(n), scheduled_at=NOW - timedelta(minutes=n))
        for n in range(ended)
    ]
    waits = make_job(status="waiting", started_at=None, ended_at=None, scheduled_at=NOW - timedelta(seconds=20))
    return [long, waits, *others]


@pytest.mark.parametrize(
    ("name", "url"),
    {
        "list": LIST,
        "filtered": f"{LIST}?status__exact=errored",
        "nothing": f"{LIST}?scheduled_by={'nobody-' * 20}&lock=x&running=true",
        "all": f"{LIST}all/retry/?status__exact=errored&action=noop",
    }.items(),
)
def test_the_list_and_its_pages_in_every_look(name: str, url: str, log_in: LogIn, live_server: LiveServer) -> None:
    _some_jobs(ended=12)
    page = log_in("admin")
    user = User.objects.get(username="admin")
    for view, query in (("failed", "status__exact=errored"), ("mine " + "x" * 50, "scheduled_by=me")):
        SavedView.objects.create(user=user, name=view, query=query)
    _walk(page, live_server.url + url, name)


def test_the_page_that_asks_for_each_in_every_look(log_in: LogIn, live_server: LiveServer) -> None:
    ids = "&".join(f"id={job.pk}" for job in _some_jobs(ended=3))
    _walk(log_in("admin"), f"{live_server.url}{reverse('admin:jobs_selected_cancel')}?{ids}", "selected")


def _walk(page: Page, url: str, name: str) -> None:
    for look in each_look(page, url, f"jobs-{name}"):
        if look.is_judged:
            assert_accessible(page)


def test_a_failed_job_is_found_by_a_parameter_and_its_view_kept(log_in: LogIn, live_server: LiveServer) -> None:
    _some_jobs()
    job = make_job(status="errored", parameters={"device": "eosdist"}, exception={"message": "no route to eosdist"})
    page = log_in("auditor")
    page.goto(live_server.url + LIST)
    page.locator("#searchbar").fill("device=eosdist")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("eosdist")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="eosdist", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name=str(job.uuid)[:13]).click()
    expect(page.locator("body")).to_contain_text("no route to eosdist")
    page.goto(live_server.url + LIST)
    page.get_by_role("button", name="Delete the view eosdist").click()
    expect(page.get_by_role("link", name="eosdist", exact=True)).to_have_count(0)


def test_ticked_jobs_are_canceled_with_a_reason(log_in: LogIn, live_server: LiveServer) -> None:
    _, waits, ended, *_ = _some_jobs()
    page = log_in("operator")
    page.goto(live_server.url + LIST)
    for job in (waits, ended):
        page.locator(f"input.action-select[value='{job.pk}']").check()
    page.get_by_label("Select action to run").select_option(label="Cancel")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("body")).to_contain_text("never runs")
    page.get_by_label("Reason").fill("not tonight")
    page.get_by_role("button", name="Cancel jobs").click()
    expect(page.locator("h1").last).to_contain_text("1 done, 1 refused")
    assert_accessible(page)
    waits.refresh_from_db()
    assert (waits.status, waits.cancel_reason) == (Status.CANCELED, "not tonight")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#result_list")).to_be_visible()


def test_the_way_through_the_pages(log_in: LogIn, live_server: LiveServer) -> None:
    jobs = _some_jobs()
    page = log_in("auditor")
    page.goto(live_server.url + LIST)
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(ROWS)
    page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(len(jobs) - ROWS)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    page.get_by_role("link", name="Newer").click()
    expect(rows).to_have_count(ROWS)


def test_states_follow_without_a_reload(log_in: LogIn, live_server: LiveServer) -> None:
    _, waits, *_ = _some_jobs()
    page = log_in("operator")
    page.goto(live_server.url + LIST)
    row = page.locator("#result_list tbody tr", has_text=str(waits.uuid)[:13])
    box = row.locator("input.action-select")
    box.check()
    expect(row).to_contain_text("waiting")
    Job.objects.filter(pk=waits.pk).update(status=Status.DONE, started_at=NOW, ended_at=NOW)
    expect(row).to_contain_text("done")
    expect(box).to_be_checked()
    make_job(scheduled_at=NOW)
    expect(page.locator("#rows-changed")).to_be_visible()
