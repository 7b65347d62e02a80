"""Whatever people and programs write is shown as they wrote it, never run."""

from typing import Any

import pytest
from django.db.models import Model
from django.utils.html import escape

from jobs.models import AuditEvent, Cron, Job, JobLog
from locks.models import JobLock, LockName
from tests.admin.conftest import NOW, Browser, make_job, make_worker
from tests.admin.pages import list_page, page

pytestmark = pytest.mark.slow

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def evil(db: None) -> dict[str, Model]:
    texts: dict[str, Any] = {
        "action": EVIL,
        "scheduled_by": EVIL,
        "comment": EVIL,
        "cancel_reason": EVIL,
        "canceled_by": EVIL,
        "parameters": {EVIL: EVIL},
        "result": [EVIL],
        "finished": [EVIL],
        "next": {"action": EVIL},
        "capacity_map": {EVIL: 1},
        "locks": [{"name": EVIL, "mode": EVIL}],
        "exception": {"type": EVIL, "message": EVIL, "args": [EVIL], "traceback": EVIL},
    }
    job = make_job(status="errored", worker=make_worker(EVIL, 1), slot="s", **texts)
    line = JobLog.objects.create(job=job, line_number=0, data=EVIL)
    event = AuditEvent.objects.create(
        verb=EVIL[:40], dialect="v0", user=EVIL, object_type="job", object_id=str(job.uuid), reason=EVIL, before=[EVIL]
    )
    lock = LockName.objects.create(name=EVIL)
    return {
        "jobs.job": job,
        "jobs.joblog": line,
        "jobs.auditevent": event,
        "jobs.cron": Cron.objects.create(name=EVIL, action=EVIL, schedule=EVIL, parameters=[EVIL], enabled=False),
        "workers.worker": job.worker or job,
        "locks.lockname": lock,
        "locks.joblock": JobLock.objects.create(lock=lock, job=job, mode="shared", fence=1, acquired_at=NOW),
    }


@pytest.mark.parametrize(
    "kind",
    ["jobs.job", "jobs.joblog", "jobs.auditevent", "jobs.cron", "workers.worker", "locks.joblock", "locks.lockname"],
)
def test_html_is_shown_as_text(kind: str, browser: Browser, evil: dict[str, Model]) -> None:
    client = browser("superuser")
    listed = client.get(list_page(kind, evil)).content.decode()
    shown = client.get(page(kind, evil) if kind != "locks.lockname" else list_page(kind, evil)).content.decode()
    for html in (listed, shown):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert escape(EVIL) in shown or escape(EVIL).replace("&#x27;", "'") in shown


def test_a_search_is_shown_as_text(browser: Browser) -> None:
    html = browser("superuser").get("/admin/jobs/job/", {"q": EVIL}).content.decode()
    assert "<script>alert" not in html


def test_a_job_that_names_itself_like_a_page_part_stays_text(browser: Browser) -> None:
    job: Job = make_job(parameters={"close": "</pre></section><h1>mine</h1>"})
    assert "<h1>mine" not in browser("superuser").get(f"/admin/jobs/job/{job.pk}/change/").content.decode()
