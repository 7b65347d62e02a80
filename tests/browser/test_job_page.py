"""The page of one job in a browser: how it looks, a log that grows, a cancel, a run with changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from jobs.states import Status
from tests.admin.conftest import NOW, make_job, make_worker
from tests.browser.conftest import LogIn
from tests.browser.job_rows import chain, logged
from tests.browser.looks import assert_accessible, each_look


def _address(job: Job, name: str = "jobs_job_change") -> str:
    return reverse(f"admin:{name}", args=[job.pk])


def _running() -> Job:
    worker = make_worker("w1", 1)
    began = timezone.now() - timedelta(seconds=40)
    return make_job(
        action="sleep",
        status=Status.RUNNING,
        worker=worker,
        slot="b:1",
        created_at=began,
        scheduled_at=began,
        started_at=began,
        ended_at=None,
        progress_done=3,
        progress_total=9,
        parameters={"seconds": 60},
    )


def _tried() -> str:
    job = chain()
    logged(job, 450)
    return _address(job)


def _waiting() -> Job:
    return make_job(status=Status.WAITING, started_at=None, ended_at=None, created_at=NOW, scheduled_at=NOW)


LOOKS: dict[str, Callable[[], str]] = {
    "tried": _tried,
    "found": lambda: f"{_tried()}?find=line+44",
    "waiting": lambda: _address(_waiting()),
    "running": lambda: _address(_running()),
    "again": lambda: _address(chain(), "job_again"),
    "cancel": lambda: _address(_running(), "job_cancel"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_job_in_every_look(name: str, log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("admin")
    for look in each_look(page, live_server.url + LOOKS[name](), f"job-{name}"):
        if look.is_judged:
            assert_accessible(page)


def _tail(page: Page) -> list[str]:
    return page.locator(".log-line code").all_inner_texts()


def _is_seen(page: Page, line: int) -> bool:
    seen: bool = page.evaluate(
        """number => {
            const box = document.querySelector(".log-box").getBoundingClientRect();
            const line = document.getElementById(`L${number}`)?.getBoundingClientRect();
            return Boolean(line) && line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
        }""",
        line,
    )
    return seen


def test_a_log_grows_at_its_end_and_leaves_a_reader_alone(log_in: LogIn, live_server: LiveServer) -> None:
    job = _running()
    page = log_in("auditor")
    page.goto(live_server.url + _address(job))
    expect(page.get_by_text("no lines yet")).to_be_visible()
    logged(job, 100)
    expect(page.locator("#L99")).to_be_visible()
    expect(page.get_by_text("no lines yet")).to_be_hidden()
    assert _is_seen(page, 99)
    logged(job, 60, first=100)
    expect(page.locator("#L159")).to_be_visible()
    assert _is_seen(page, 159)
    page.locator("#L60").scroll_into_view_if_needed()
    before = page.locator("#L60").bounding_box()
    logged(job, 60, first=160)
    expect(page.locator("#L219")).to_be_attached()
    after = page.locator("#L60").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) <= 2
    logged(job, 1, first=220)
    Job.objects.filter(pk=job.pk).update(status=Status.DONE, ended_at=timezone.now(), result={"slept": 40})
    expect(page.locator("#L220")).to_be_attached()
    assert len(_tail(page)) == 221
    expect(page.locator(".job-heading")).to_contain_text("done")
    expect(page.get_by_text("slept")).to_be_visible()
    expect(page.locator("[data-live-after][data-live]")).to_have_count(0)


def test_a_running_job_is_canceled_and_the_page_follows(log_in: LogIn, live_server: LiveServer) -> None:
    job = _running()
    page = log_in("operator")
    page.goto(live_server.url + _address(job))
    page.get_by_role("link", name="Cancel…").click()
    page.get_by_label("Reason").fill("it hangs")
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.locator(".job-heading")).to_contain_text("cancel request")
    expect(page.get_by_text("Cancel requested by operator: it hangs")).to_be_visible()
    Job.objects.filter(pk=job.pk).update(status=Status.CANCELED, ended_at=timezone.now())
    expect(page.locator(".job-heading")).to_contain_text("canceled")
    expect(page.get_by_role("link", name="Retry…")).to_be_visible()


def test_a_job_runs_again_once_its_parameters_are_right(log_in: LogIn, live_server: LiveServer) -> None:
    job = make_job(action="sleep", status=Status.ERRORED, parameters={"seconds": 5})
    page = log_in("operator")
    page.goto(live_server.url + _address(job))
    page.get_by_role("link", name="Run again with changes…").click()
    page.get_by_label("Parameters").fill('{"seconds": "many"}')
    page.get_by_role("button", name="Submit the job").click()
    expect(page.get_by_role("alert")).to_contain_text("seconds")
    assert_accessible(page)
    page.get_by_label("Parameters").fill('{"seconds": 1}')
    page.get_by_role("button", name="Submit the job").click()
    expect(page.locator(".job-heading")).to_contain_text("waiting")
    assert Job.objects.get(status=Status.WAITING).parameters == {"seconds": 1}


def test_a_link_to_a_line_shows_it_wherever_it_stands(log_in: LogIn, live_server: LiveServer) -> None:
    job = chain()
    logged(job, 900)
    page = log_in("auditor")
    page.goto(live_server.url + _address(job) + "#L120")
    expect(page).to_have_url(live_server.url + _address(job) + "?line=120#L120")
    expect(page.locator("#L120")).to_be_in_viewport()
    page.get_by_role("searchbox").fill("line 44 of")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="line 44").click()
    expect(page.locator("#L44")).to_be_in_viewport()
    expect(page.locator("#L45")).to_be_attached()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == f"job-{job.pk}.log"


def test_a_megabyte_of_result_does_not_freeze_the_page(log_in: LogIn, live_server: LiveServer) -> None:
    rows = [{"number": number, "text": "some text " * 5} for number in range(12_000)]
    job = make_job(result={"rows": rows})
    page = log_in("auditor")
    page.goto(live_server.url + _address(job))
    assert page.locator("*").count() < 5000
    blocked: float = page.evaluate(
        """() => new Promise(done => {
            const began = performance.now();
            document.querySelectorAll(".tree details").forEach(one => (one.open = true));
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
        })"""
    )
    assert blocked < 2000
