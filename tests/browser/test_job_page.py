"""The page of one job in a browser: how it looks, a log that grows, a cancel, a run with changes."""

from datetime import timedelta

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


def test_a_job_in_every_look(log_in: LogIn, live_server: LiveServer) -> None:
    tried = chain()
    logged(tried, 450)
    waiting = make_job(status=Status.WAITING, started_at=None, ended_at=None, created_at=NOW, scheduled_at=NOW)
    page = log_in("admin")
    pages = {
        "tried": _address(tried),
        "found": _address(tried) + "?find=line+44",
        "waiting": _address(waiting),
        "running": _address(_running()),
        "again": _address(tried, "job_again"),
        "cancel": _address(waiting, "job_cancel"),
    }
    for name, url in pages.items():
        for look in each_look(page, live_server.url + url, f"job-{name}"):
            if look.width != 1920:
                assert_accessible(page)
