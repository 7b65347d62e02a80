"""Crons, the audit trail and settings in a browser: how they look, and a cron made by trial and error."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from jobs.engine.actor import engine_actor
from jobs.engine.crons.defaults import make_default_crons
from jobs.models import ActionConfig, AuditEvent, Cron, CronSkip, Job
from jobs.states import Status
from tests.admin.conftest import NOW, make_job
from tests.browser.conftest import LogIn
from tests.browser.looks import assert_accessible, each_look

LONG = "a-cron-with-a-name-that-someone-thought-about-for-rather-a-long-time"


def _busy() -> Cron:
    make_default_crons(by=engine_actor("beat"))
    cron = Cron.objects.create(
        name=LONG, action="sync_devices", schedule="0 */15 * * * *", timezone="America/Argentina/Buenos_Aires",
        next_run_at=NOW + timedelta(minutes=7), parameters={"hostname": "eosdist1"},
    )  # fmt: skip
    ends = [Status.DONE] * 5 + [Status.ERRORED, Status.DONE, Status.CANCELED, Status.WORKER_DEAD, Status.TIMEOUT]
    for number in range(27):
        due = NOW - timedelta(minutes=15 * number + 15)
        late = timedelta(minutes=6) if number % 11 == 3 else timedelta()
        made = {"cron": cron, "cron_due_at": due, "scheduled_at": due, "created_at": due + late}
        make_job(**made, status=ends[number % len(ends)])
        if number % 6 == 1:
            skip = {"due_at": due - timedelta(minutes=3), "last_due_at": due - timedelta(minutes=2)}
            CronSkip.objects.create(cron=cron, **skip, count=2, code="OVERLAP", reason="job 17 had not ended")
    make_job(cron=cron, cron_due_at=NOW, scheduled_at=NOW, status="waiting", started_at=None, ended_at=None)
    return cron


def _trail() -> AuditEvent:
    for number in range(70):
        AuditEvent.objects.create(
            at=NOW - timedelta(minutes=number), verb=("cancel", "retry", "set_capacity")[number % 3], user="ann",
            dialect="v0", address="2001:db8::ff00:42:8329", client="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
            token="night-shift", object_type=("job", "worker")[number % 2],
            object_id="0199e3f0-1b2c-7d3e-8f40-5a6b7c8d9e0f", reason="it hangs since the switch was replaced " * 2,
        )  # fmt: skip
    before = {"schedule": "@daily", "parameters": {"days": 90, "dirs": ["/var/lib/" + "x" * 80]}, "retries": 0}
    after = {"schedule": "0 30 2 * * *", "parameters": {"days": 14}, "retries": 0, "comment": "<b>nightly</b>"}
    return AuditEvent.objects.create(
        at=NOW, verb="change", user="ann", dialect="admin", address="10.0.0.7", object_type="cron",
        object_id=LONG, before=before, after=after,
    )  # fmt: skip


PAGES: dict[str, Callable[[Cron, AuditEvent, ActionConfig], str]] = {
    "cron-list": lambda *_: reverse("admin:jobs_cron_changelist"),
    "cron-page": lambda cron, *_: reverse("admin:jobs_cron_change", args=[cron.pk]),
    "cron-run": lambda cron, *_: f"{reverse('admin:jobs_cron_run')}?id={cron.pk}",
    "audit-list": lambda *_: reverse("admin:jobs_auditevent_changelist"),
    "audit-page": lambda _, event, __: reverse("admin:jobs_auditevent_change", args=[event.pk]),
    "retention": lambda *_: reverse("admin:jobs_retention"),
    "retention-start": lambda *_: reverse("admin:jobs_retention_start", args=["onlinegc_joblogs"]),
    "config-choose": lambda *_: reverse("admin:jobs_actionconfig_add"),
    "config-page": lambda _, __, config: reverse("admin:jobs_actionconfig_change", args=[config.pk]),
}


@pytest.mark.parametrize("name", PAGES)
def test_it_looks_well_in_every_width_and_mode(name: str, log_in: LogIn, live_server: LiveServer) -> None:
    config = ActionConfig.objects.create(action="onlinegc_joblogs", parameters={"days": 30, "batch": 500})
    url = PAGES[name](_busy(), _trail(), config)
    page = log_in("admin")
    for look in each_look(page, live_server.url + url, f"rest-{name}"):
        if look.is_judged:
            assert_accessible(page)


def test_a_cron_is_made_with_a_wrong_then_a_right_schedule_and_run(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("admin")
    page.goto(live_server.url + reverse("admin:jobs_cron_add"))
    preview = page.locator("#cron-preview")
    page.get_by_label("Schedule").fill("54 3 * * *")
    expect(preview.locator(".field-error")).to_contain_text("0 54 3 * * *")
    page.get_by_label("Schedule").fill("0 54 3 * * *")
    page.get_by_label("Timezone").fill("Asia/Kolkata")
    expect(preview.get_by_text("03:54:00 IST")).to_have_count(10)
    expect(preview.get_by_text("22:24:00")).to_have_count(10)
    page.get_by_label("Name").fill("nightly")
    page.get_by_label("Action", exact=False).first.select_option("noop")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    cron = Cron.objects.get(name="nightly")
    page.goto(live_server.url + reverse("admin:jobs_cron_change", args=[cron.pk]))
    expect(page.get_by_text("none yet")).to_be_visible()
    page.get_by_role("link", name="Run now").click()
    page.get_by_label("Reason").fill("to see that it works")
    page.get_by_role("button", name="Run now").click()
    job = Job.objects.get(cron=cron)
    cell = page.locator(".strip a")
    expect(cell).to_have_attribute("href", reverse("admin:jobs_job_change", args=[job.pk]))
    # The strip follows without a reload.
    Job.objects.filter(pk=job.pk).update(status="done", started_at=NOW, ended_at=NOW, ready=None)
    expect(page.locator(".strip rect.tone-good")).to_have_count(1)
