"""What people do to one job: cancel, kill, retry, run again with changes, delete; each by its role, with a reason."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from jobs.actions.webhook import WebhookParameters
from jobs.models import AuditEvent, Job
from jobs.seal.parameters import open_parameters, seal_parameters
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.admin.conftest import NOW, Browser, make_job, make_worker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WAITS = {"status": Status.WAITING, "started_at": None, "ended_at": None}


def running(**fields: Any) -> Job:
    on = {"worker": make_worker("w1", 1), "slot": "b:1"}
    return make_job(**{"status": Status.RUNNING, "ended_at": None, **on, **fields})


def url(job: Job, name: str) -> str:
    return reverse(f"admin:job_{name}", args=[job.pk])


def shown(client: Client, job: Job) -> str:
    return client.get(reverse("admin:jobs_job_change", args=[job.pk])).content.decode()


def told(response: Any) -> str:
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def offered(client: Client, job: Job) -> set[str]:
    html = shown(client, job)
    return {name for name in ("cancel", "retry", "again", "remove") if url(job, name) in html}


@pytest.mark.parametrize(
    ("who", "waiting", "stopping", "ended"),
    [
        ("auditor", set(), set(), set()),
        ("operator", {"cancel", "again"}, {"again"}, {"retry", "again"}),
        ("admin", {"cancel", "again", "remove"}, {"cancel", "again", "remove"}, {"retry", "again", "remove"}),
    ],
)
def test_a_person_is_offered_what_fits_the_status_and_the_role(
    browser: Browser, who: str, waiting: set[str], stopping: set[str], ended: set[str]
) -> None:
    client = browser(who)
    assert offered(client, make_job(**WAITS)) == waiting
    assert offered(client, running(status=Status.CANCEL_REQUEST)) == stopping
    assert offered(client, make_job()) == ended


def test_a_waiting_job_is_canceled_with_a_reason(browser: Browser) -> None:
    client, job = browser("operator"), make_job(**WAITS)
    assert "it never starts" in client.get(url(job, "cancel")).content.decode()
    assert "Say in a few words why" in client.post(url(job, "cancel"), {"reason": " "}).content.decode()
    assert "canceled." in told(client.post(url(job, "cancel"), {"reason": "a wrong device"}))
    job.refresh_from_db()
    assert (job.status, job.canceled_by, job.cancel_reason) == (Status.CANCELED, "operator", "a wrong device")
    assert AuditEvent.objects.get(verb="cancel").dialect == "admin"


def test_a_running_job_is_asked_to_stop(browser: Browser) -> None:
    client, job = browser("operator"), running()
    asks = client.get(url(job, "cancel")).content.decode()
    assert "It runs on w1" in asks
    assert "Force" not in asks
    assert "asked to stop." in told(client.post(url(job, "cancel"), {"reason": "it hangs"}))
    job.refresh_from_db()
    assert (job.status, job.forced_at) == (Status.CANCEL_REQUEST, None)


def test_only_an_admin_has_it_killed_at_once(browser: Browser) -> None:
    job = running(status=Status.CANCEL_REQUEST)
    forced = {"reason": "it hangs", "force": "on"}
    assert browser("operator").post(url(job, "cancel"), forced).status_code == 403
    assert "Force" in browser("admin").get(url(job, "cancel")).content.decode()
    assert "kills it now" in told(browser("admin").post(url(job, "cancel"), forced))
    job.refresh_from_db()
    assert job.forced_at is not None
    assert AuditEvent.objects.get(verb="force_cancel").user == "admin"


def test_what_ended_meanwhile_is_told_and_left_alone(browser: Browser) -> None:
    client = browser("admin")
    assert "Nothing was done" in told(client.post(url(make_job(), "cancel"), {"reason": "x"}))
    assert "Nothing was done" in told(client.post(url(make_job(**WAITS), "retry")))
    assert not AuditEvent.objects.exists()


def test_a_job_that_is_made_in_another_way_is_not_run_again(browser: Browser) -> None:
    job = make_job(action="bulk")
    assert "is not made in this way" in told(browser("admin").post(url(job, "retry")))
    assert list(Job.objects.all()) == [job]


PRUNES: list[dict[str, Any]] = [
    {"action": "onlinegc_jobs"},
    {"next": {"action": "noop", "next": {"action": "onlinegc_joblogs"}}},
]


@pytest.mark.parametrize("fields", PRUNES)
def test_an_action_that_needs_more_is_run_again_only_by_who_has_it(browser: Browser, fields: dict[str, Any]) -> None:
    job, sent = make_job(**fields), {"action": fields.get("action", "noop"), "follow": "on"}
    client = browser("operator")
    assert "needs the permission jobs.delete_job. Nothing was done." in told(client.post(url(job, "retry")))
    assert "needs the permission jobs.delete_job" in client.post(url(job, "again"), sent).content.decode()
    assert list(Job.objects.all()) == [job]
    client = browser("admin")
    client.post(url(job, "retry"))
    client.post(url(job, "again"), sent)
    assert Job.objects.count() == 3


def test_an_operator_has_no_other_action_run_by_changing_it(browser: Browser) -> None:
    job = make_job()
    response = browser("operator").post(url(job, "again"), {"action": "onlinegc_jobs", "parameters": '{"days": 1}'})
    assert "None of your roles allows this" in response.context["form"].errors["action"][0]
    assert list(Job.objects.all()) == [job]


def test_a_retry_leads_to_the_new_job(browser: Browser) -> None:
    client, job = browser("operator"), make_job(status=Status.ERRORED, parameters={"a": 1}, retries_total=2)
    assert "as soon as there is room" in client.get(url(job, "retry")).content.decode()
    response = client.post(url(job, "retry"))
    made = Job.objects.get(retry_from=job)
    assert response.headers["Location"] == reverse("admin:jobs_job_change", args=[made.pk])
    assert (made.parameters, made.retries_left) == ({"a": 1}, 2)


def test_an_admin_deletes_and_the_audit_keeps_the_row(browser: Browser) -> None:
    job = make_job(comment="mine")
    assert browser("operator").post(url(job, "remove"), {"reason": "x"}).status_code == 403
    client = browser("admin")
    assert "gone for good" in client.get(url(job, "remove")).content.decode()
    response = client.post(url(job, "remove"), {"reason": "a test"})
    assert response.headers["Location"] == reverse("admin:jobs_job_changelist")
    assert not Job.objects.filter(pk=job.pk).exists()
    kept = AuditEvent.objects.get(verb="delete").before
    assert kept is not None
    assert kept["comment"] == "mine"


def test_a_job_runs_again_with_changes(browser: Browser) -> None:
    client = browser("operator")
    job = make_job(action="sleep", parameters={"seconds": 5}, next={"action": "noop"}, priority=3, comment="first")
    asks = client.get(url(job, "again")).content.decode()
    assert "&quot;seconds&quot;: 5" in asks
    sent = {"action": "sleep", "parameters": '{"seconds": 1}', "priority": "7", "comment": "second", "follow": "on"}
    client.post(url(job, "again"), sent)
    made = Job.objects.exclude(pk=job.pk).get()
    assert (made.parameters, made.priority, made.comment) == ({"seconds": 1}, 7, "second")
    assert (made.next, made.scheduled_by, made.status) == ({"action": "noop"}, "operator", Status.WAITING)
    assert AuditEvent.objects.get(verb="enqueue").user == "operator"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("parameters", "{", "is not JSON"),
        ("parameters", "[]", "not a JSON object"),
        ("parameters", '{"seconds": "x"}', "seconds: "),
        ("parameters", '{"seconds": NaN}', "NaN is not a JSON number"),
        ("parameters", '{"a": 1, "a": 2}', "given twice"),
        ("parameters", "[" * 5000, "nested deeper"),
        ("parameters", '{"seconds": ' + "9" * 5000 + "}", "seconds: is a number of more than 300 digits"),
        ("parameters", '{"seconds": {"$sealed": "x"}}', "seconds: is an object of nothing but $sealed"),
        ("capacity_map", '{"scan": -1}', "scan: "),
        ("capacity_map", '{"scan": "x"}', "scan: "),
        ("locks", '[{"name": "a b"}]', "not a lock&#x27;s name"),
        ("locks", "[3]", "Each lock"),
        ("locks", '[{"name": "a", "mode": []}]', "Each lock"),
        ("retries", "101", "from 0 to 100"),
        ("priority", "x", "whole number"),
        ("deadline", "soon", "is not a duration"),
        ("stop_timeout", "-1s", "negative"),
        ("comment", "x" * 256, "at most 255"),
        ("action", "nothing", "Select a valid choice"),
    ],
)
def test_what_the_engine_refuses_is_told_at_its_field(browser: Browser, field: str, value: str, words: str) -> None:
    job = make_job(action="sleep", parameters={"seconds": 5})
    sent = {"action": "sleep", "parameters": '{"seconds": 1}', field: value}
    response = browser("operator").post(url(job, "again"), sent)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert words in response.content.decode()
    assert Job.objects.count() == 1


def test_a_job_that_runs_again_keeps_the_secrets_of_its_own_and_of_what_follows(browser: Browser) -> None:
    sealed = seal_parameters(WebhookParameters, {"url": "http://h", "headers": {"Authorization": "hunter2"}})
    job = make_job(action="webhook", parameters=sealed, next={"action": "webhook", "parameters": sealed})
    sent = {"action": "webhook", "parameters": '{"url": "http://i", "headers": "***"}', "follow": "on"}
    assert browser("operator").post(url(job, "again"), sent).status_code == 302
    made = Job.objects.exclude(pk=job.pk).get()
    for parameters in (made.parameters, (made.next or {})["parameters"]):
        assert open_parameters(parameters or {})["headers"] == {"Authorization": "hunter2"}


def test_an_action_that_is_gone_says_so_at_its_field(browser: Browser) -> None:
    job = make_job(action="long_gone")
    response = browser("operator").post(url(job, "again"), {"action": "long_gone"})
    assert "is registered" in str(response.context["form"].errors["action"])


def test_a_waiting_job_leads_to_what_is_in_its_way(browser: Browser) -> None:
    holder = running(locks=[{"name": "devices", "mode": "exclusive"}])
    lock = LockName.objects.create(name="devices", fence=1)
    JobLock.objects.create(lock=lock, job=holder, mode="exclusive", fence=1, acquired_at=NOW)
    job = make_job(**WAITS, locks=[{"name": "devices", "mode": "exclusive"}], blocked_by="devices")
    html = shown(browser("auditor"), job)
    assert f"held by job {holder.uuid}" in html
    assert (
        f'<a class="text-link" href="{reverse("admin:jobs_job_change", args=[holder.pk])}">job {holder.pk}</a>' in html
    )
    assert reverse("admin:locks_lockname_change", args=["devices"]) in html


def test_a_state_that_stands_still_is_answered_304(browser: Browser) -> None:
    client, job = browser("auditor"), make_job()
    first = client.get(url(job, "now"))
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(url(job, "now"), headers=same).status_code == 304
    make_job(**WAITS, retry_from=job)
    assert client.get(url(job, "now"), headers=same).status_code == 200
