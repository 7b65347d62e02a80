"""The overview's page and its parts: what they cost, and who gets them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.models import Cron, CronSkip
from jobsite.console.dashboard.states import states
from locks.models import JobLock, LockName
from tests.admin.conftest import Browser, make_job, make_worker
from tests.admin.overview.conftest import running, waiting
from workers.models import Beat, CapacityClass, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
INDEX = reverse("admin:index")
PARTS = [reverse("dashboard-part", args=[name]) for name in ("needs", "now", "past")]


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
