"""The lock board: what it says of holders, and who may free what."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.models import AuditEvent, Job
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.admin.conftest import NOW, Browser, make_job, make_worker
from workers.models import Worker

pytestmark = pytest.mark.slow

BOARD = "admin:locks_joblock_changelist"


@pytest.fixture
def worker(db: None) -> Worker:
    return make_worker("w1", 1)


def hold(name: str, worker: Worker, number: int = 1, **fields: Any) -> JobLock:
    """A job that runs on this worker and holds the lock."""
    lock, _ = LockName.objects.get_or_create(name=name)
    values = {
        "status": Status.RUNNING,
        "started_at": timezone.now(),
        "ended_at": None,
        "worker": worker,
        "slot": f"{worker.boot_id}:{number}",
    }
    job = make_job(action="sync_devices", locks=[{"name": name, "mode": "exclusive"}], **{**values, **fields})
    return JobLock.objects.create(lock=lock, job=job, mode="exclusive", fence=number, acquired_at=NOW)


def wait_for(name: str) -> Job:
    locks = [{"name": name, "mode": "exclusive"}]
    return make_job(status=Status.WAITING, started_at=None, ended_at=None, due=True, blocked_by=name, locks=locks)


def lose(worker: Worker) -> None:
    Worker.objects.filter(pk=worker.pk).update(lease_until=timezone.now() - timedelta(seconds=90))


def board(client: Client) -> str:
    return client.get(reverse(BOARD)).content.decode()


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def page_of(verb: str, *held: JobLock) -> str:
    return f"{reverse(f'admin:locks_{verb}')}?{'&'.join(f'id={one.pk}' for one in held)}"


def send(client: Client, verb: str, *held: JobLock, **fields: Any) -> Any:
    return client.post(reverse(f"admin:locks_{verb}"), {"id": [one.pk for one in held], **fields})


def test_a_live_holder_is_shown_with_its_job_its_worker_and_its_line(browser: Browser, worker: Worker) -> None:
    held = hold("devices", worker)
    waiting = [wait_for("devices") for _ in range(5)]
    shown = board(browser("auditor"))
    assert "owner alive" in shown
    assert f"job {held.job_id} sync_devices" in shown
    assert "heard" in shown
    links = [f'href="{reverse("admin:jobs_job_change", args=[job.pk])}">{job.pk}</a>' for job in waiting]
    assert [link in shown for link in links] == [True, True, True, False, False]
    assert "and 2 more" in shown


def test_a_holder_whose_lease_is_over_is_expired_and_stuck(browser: Browser, worker: Worker) -> None:
    hold("devices", worker)
    lose(worker)
    shown = board(browser("auditor"))
    assert "expired" in shown
    assert "its worker is gone" in shown


def test_a_holder_of_a_dead_worker_is_dead(browser: Browser, worker: Worker) -> None:
    hold("devices", worker)
    Worker.objects.filter(pk=worker.pk).update(state="dead")
    assert "owner dead" in board(browser("auditor"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": Status.CANCEL_REQUEST, "status_changed_at": NOW - timedelta(seconds=60)}, "was asked to stop"),
        ({"started_at": NOW - timedelta(minutes=5), "deadline": timedelta(seconds=10)}, "its deadline was over"),
        ({"started_at": NOW - timedelta(minutes=11)}, "no word of it for"),
        ({}, ""),
    ],
)
def test_what_makes_a_live_holder_stuck(browser: Browser, worker: Worker, fields: Any, words: str) -> None:
    hold("devices", worker, **fields)
    shown = board(browser("auditor"))
    assert words in shown
    assert (">stuck<" in "".join(shown.split())) == bool(words)


def test_the_rows_alone_are_asked_for_anew_and_answered_304(browser: Browser, worker: Worker) -> None:
    client, held = browser("auditor"), hold("devices", worker)
    url = f"{reverse(BOARD)}?q=dev&_rows=1"
    first = client.get(url)
    assert first.headers["X-Rows"] == str(held.pk)
    assert "<html" not in first.content.decode()
    assert f'data-live-rows="{held.pk}"' in browser("operator").get(reverse(BOARD)).content.decode()
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(url, headers=same).status_code == 304
    Worker.objects.update(state="dead")
    again = client.get(url, headers=same)
    assert "owner dead" in again.content.decode()


def test_nothing_held_says_so(browser: Browser) -> None:
    assert "No job holds a lock now" in board(browser("auditor"))


def test_the_board_asks_as_much_for_one_lock_as_for_thirty(browser: Browser, worker: Worker) -> None:
    client = browser("auditor")
    hold("a", worker)
    wait_for("a")
    with CaptureQueriesContext(connection) as one:
        board(client)
    for number in range(2, 31):
        hold(f"lock{number}", worker, number)
        wait_for(f"lock{number}")
    with CaptureQueriesContext(connection) as many:
        board(client)
    assert len(many) == len(one)


def test_the_action_of_the_list_leads_to_the_page_that_asks(browser: Browser, worker: Worker) -> None:
    held = hold("devices", worker)
    chosen = {"action": "clear_stuck", "_selected_action": [held.pk]}
    response = browser("operator").post(reverse(BOARD), chosen)
    assert response.headers["Location"] == page_of("clear", held)


def test_an_auditor_sees_no_way_to_free_and_is_refused(browser: Browser, worker: Worker) -> None:
    client, held = browser("auditor"), hold("devices", worker)
    assert "clear_stuck" not in board(client)
    assert "Cancel holder" not in client.get(reverse("admin:locks_lockname_change", args=["devices"])).content.decode()
    for verb in ("clear", "free"):
        assert client.get(page_of(verb, held)).status_code == 403
        assert send(client, verb, held, reason="x").status_code == 403
    assert JobLock.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_a_dead_holders_lock_is_cleared_with_a_reason(browser: Browser, worker: Worker) -> None:
    client, held = browser("operator"), hold("devices", worker)
    lose(worker)
    asked = client.get(page_of("clear", held)).content.decode()
    assert "Nobody acts for it any more" in asked
    assert "may be half done" in asked
    response = send(client, "clear", held, reason="the machine burnt down")
    [message] = told(response)
    assert "<strong>devices</strong>: free." in message
    assert "object_id=devices" in message
    assert not JobLock.objects.exists()
    event = AuditEvent.objects.get(verb="clear_lock")
    assert (event.user, event.dialect, event.reason) == ("operator", "admin", "the machine burnt down")
    held.job.refresh_from_db()
    assert held.job.status == Status.WORKER_DEAD


def test_without_a_reason_nothing_is_done(browser: Browser, worker: Worker) -> None:
    client, held = browser("operator"), hold("devices", worker)
    lose(worker)
    for verb in ("clear", "free"):
        response = send(client, verb, held, reason="  ")
        assert "Say in a few words why" in response.content.decode()
    assert JobLock.objects.count() == 1


def test_a_live_holder_is_refused_to_an_operator_and_named(browser: Browser, worker: Worker) -> None:
    client, held = browser("operator"), hold("devices", worker)
    asked = client.get(page_of("clear", held)).content.decode()
    assert "It is alive: refused." in asked
    assert 'name="force"' not in asked
    message = told(send(client, "clear", held, reason="it hangs"))[-1]
    assert "refused" in message
    assert str(held.job.uuid) in message
    assert send(client, "clear", held, reason="it hangs", force="on").status_code == 403
    held.job.refresh_from_db()
    assert held.job.status == Status.RUNNING


def test_an_operator_clears_a_holder_whose_cancel_is_overdue(browser: Browser, worker: Worker) -> None:
    since = NOW - timedelta(seconds=60)
    client = browser("operator")
    held = hold("devices", worker, status=Status.CANCEL_REQUEST, status_changed_at=since)
    assert "should have ended" in client.get(page_of("clear", held)).content.decode()
    [message] = told(send(client, "clear", held, reason="it hangs"))
    assert "is being killed" in message
    assert Job.objects.get(pk=held.job_id).forced_at is not None


def test_an_admin_forces_a_live_one(browser: Browser, worker: Worker) -> None:
    client, held = browser("admin"), hold("devices", worker)
    assert 'name="force"' in client.get(page_of("clear", held)).content.decode()
    assert "refused" in told(send(client, "clear", held, reason="not forced"))[0]
    assert "is being killed" in told(send(client, "clear", held, reason="it hangs", force="on"))[-1]
    job = Job.objects.get(pk=held.job_id)
    assert job.status == Status.CANCEL_REQUEST
    assert job.forced_at is not None
    assert JobLock.objects.exists(), "until the worker has confirmed"


def test_each_lock_of_a_selection_has_its_own_result(browser: Browser, worker: Worker) -> None:
    gone = make_worker("w2", 2)
    gone.lease_until = NOW - timedelta(minutes=1)
    gone.save()
    held = [hold("alive", worker), hold("dead", gone, 2)]
    messages = told(send(browser("operator"), "clear", *held, reason="tidy up"))
    assert [("refused" in message, ": free." in message) for message in messages] == [(True, False), (False, True)]
    assert list(JobLock.objects.values_list("lock", flat=True)) == ["alive"]


@pytest.mark.parametrize("retry", [False, True])
def test_the_holder_is_canceled_and_retried_if_wanted(browser: Browser, worker: Worker, retry: Any) -> None:
    client, held = browser("operator"), hold("devices", worker)
    assert "stop timeout of 30 s" in client.get(page_of("free", held)).content.decode()
    response = send(client, "free", held, reason="it hangs", **({"retry": "on"} if retry else {}))
    [message] = told(response)
    assert ("runs once more" in message) == retry
    job = Job.objects.get(pk=held.job_id)
    assert (job.status, job.canceled_by, job.cancel_reason) == (Status.CANCEL_REQUEST, "operator", "it hangs")
    assert job.retry_asked == retry
    assert AuditEvent.objects.get(verb="free_lock").user == "operator"


def test_a_lock_that_came_free_meanwhile_is_left_alone(browser: Browser, worker: Worker) -> None:
    client, held = browser("admin"), hold("devices", worker)
    JobLock.objects.filter(pk=held.pk).delete()
    second = hold("devices", worker, 2)
    response = send(client, "clear", held, reason="it hangs", force="on")
    assert told(response) == ["Those locks came free meanwhile: nothing was done."]
    second.job.refresh_from_db()
    assert second.job.status == Status.RUNNING, "nobody meant this one"


def test_the_page_of_a_lock_shows_its_line_in_order_and_the_ways_out(browser: Browser, worker: Worker) -> None:
    held = hold("devices", worker)
    first, second = wait_for("devices"), wait_for("devices")
    shown = browser("operator").get(reverse("admin:locks_lockname_change", args=["devices"])).content.decode()
    assert shown.index(f"job {first.pk} noop") < shown.index(f"job {second.pk} noop")
    assert page_of("free", held).replace("&", "&amp;") in shown
    assert page_of("clear", held).replace("&", "&amp;") in shown


def test_a_name_like_an_escape_of_the_admin_leads_to_its_own_page(browser: Browser, worker: Worker) -> None:
    hold("rack_2F", worker)
    client = browser("operator")
    [url] = re.findall(r'href="(/admin/locks/lockname/[^"]+)"', board(client))
    assert client.get(url).context["original"].name == "rack_2F"
