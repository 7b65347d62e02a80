"""Workers: their bars, what runs, their last hour; drain, capacity and pauses by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.models import AuditEvent, Hold, Job, Pause
from jobs.states import Status
from jobsite.console.workers.use import use_of
from tests.admin.conftest import NOW, Browser, make_job, make_worker
from workers.models import CapacityClass, Worker

pytestmark = pytest.mark.slow

LIST = "admin:workers_worker_changelist"


@pytest.fixture
def worker(db: None) -> Worker:
    return make_worker("w1", 1)


def run_on(worker: Worker, needs: str = "scan", slot: int = 1, **fields: Any) -> Job:
    name, _, amount = needs.partition("=")
    kind, _ = CapacityClass.objects.get_or_create(name=needs, defaults={"needs": {name: int(amount or 1)}})
    running = {"status": Status.RUNNING, "ended_at": None, "worker": worker, "slot": f"b:{slot}"}
    return make_job(capacity_class=kind, **{**running, **fields})


def page_of(worker: Worker, client: Client) -> str:
    return client.get(reverse("admin:workers_worker_change", args=[worker.pk])).content.decode()


def told(response: Any) -> str:
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def test_the_bars_say_what_is_used_free_and_kept(worker: Worker) -> None:
    Worker.objects.filter(pk=worker.pk).update(capacity={"scan": 4}, slots=6)
    worker.refresh_from_db()
    run_on(worker, "scan=2")
    kind = CapacityClass.objects.get(name="scan=2")
    waiting = make_job(capacity_class=kind, status=Status.WAITING, due=True, started_at=None, ended_at=None)
    Hold.objects.create(worker=worker, job=waiting)
    [plain, scan] = use_of([worker])[worker.pk]
    assert (plain.name, plain.used, plain.total) == ("default", 0, 2)
    assert (scan.name, scan.used, scan.total, scan.kept) == ("scan", 2, 4, 2)
    assert scan.words == "2 of 4 used, 2 kept free"
    assert 'width="50%"' in scan.bar


def test_what_uses_more_than_an_operator_left_is_still_counted(worker: Worker) -> None:
    run_on(worker)
    Worker.objects.filter(pk=worker.pk).update(capacity_override={})
    worker.refresh_from_db()
    scan = next(one for one in use_of([worker])[worker.pk] if one.name == "scan")
    assert (scan.used, scan.total) == (1, 0)


def test_the_page_shows_what_runs_the_last_hour_and_what_death_has_cut(worker: Worker, browser: Browser) -> None:
    running = run_on(worker, progress_done=3, progress_total=9)
    retry = make_job(status=Status.WAITING, started_at=None, ended_at=None)
    cut = run_on(worker, status=Status.WORKER_DEAD, ended_at=NOW, next_job=retry)
    lost = run_on(worker, status=Status.WORKER_DEAD, ended_at=NOW)
    shown = page_of(worker, browser("auditor"))
    assert f"job {running.pk} noop" in shown
    assert "3 of 9" in shown
    assert "<title>The last hour</title>" in shown
    assert f"as job {retry.pk}" in shown
    assert "no: it had no retry left" in shown
    assert {f"job {job.pk} noop" in shown for job in (cut, lost)} == {True}


def test_an_idle_worker_says_so(worker: Worker, browser: Browser) -> None:
    shown = page_of(worker, browser("auditor"))
    assert "it ran nothing" in shown
    assert "Drain" not in shown


def test_the_list_asks_as_much_for_one_worker_as_for_twenty(worker: Worker, browser: Browser) -> None:
    client = browser("auditor")
    run_on(worker)
    client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(LIST))
    for number in range(2, 21):
        run_on(make_worker(f"w{number}", number), "scan=2", number)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(LIST))
    assert len(many) == len(one)


def test_a_live_page_that_stands_still_is_answered_304(worker: Worker, browser: Browser) -> None:
    client, url = browser("auditor"), reverse("admin:worker_now", args=[worker.pk])
    first = client.get(url)
    same = {"If-None-Match": first.headers["ETag"]}
    again = client.get(url, headers=same)
    assert (again.status_code, "Content-Length" in again) == (304, False)
    run_on(worker)
    assert client.get(url, headers=same).status_code == 200


def test_a_worker_is_drained_and_undrained_with_a_reason(worker: Worker, browser: Browser) -> None:
    client = browser("operator")
    run_on(worker)
    url = reverse("admin:worker_drain", args=[worker.pk])
    assert "It runs 1 job now." in client.get(url).content.decode()
    assert "Say in a few words why" in client.post(url, {"reason": " "}).content.decode()
    assert "takes nothing new" in told(client.post(url, {"reason": "a new disk"}))
    worker.refresh_from_db()
    assert worker.state == "draining"
    assert AuditEvent.objects.get(verb="drain").reason == "a new disk"
    assert "Undrain" in page_of(worker, client)
    assert "takes jobs again" in told(
        client.post(reverse("admin:worker_undrain", args=[worker.pk]), {"reason": "done"})
    )


def test_a_dead_worker_can_not_be_drained(worker: Worker, browser: Browser) -> None:
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    response = browser("operator").post(reverse("admin:worker_drain", args=[worker.pk]), {"reason": "x"})
    assert "only a worker that runs can be drained" in told(response)


@pytest.mark.parametrize(
    ("sent", "override"), [("scan=3, scanCheck", {"scan": 3, "scanCheck": 1}), ("", None)], ids=["units", "as started"]
)
def test_an_admin_changes_the_capacity(worker: Worker, browser: Browser, sent: str, override: Any) -> None:
    client, url = browser("admin"), reverse("admin:worker_capacity", args=[worker.pk])
    assert 'value="scan=1"' in client.get(url).content.decode()
    client.post(url, {"capacity": sent, "reason": "more memory"})
    worker.refresh_from_db()
    assert worker.capacity_override == override
    assert AuditEvent.objects.get(verb="set_capacity").user == "admin"


@pytest.mark.parametrize("sent", ["scan=0", "scan=-1", "scan=many", "scan=1,scan=2", "9=1", "scan=1.5"])
def test_a_capacity_that_can_not_be_read_names_the_type_and_what_is_right(
    worker: Worker, browser: Browser, sent: str
) -> None:
    url = reverse("admin:worker_capacity", args=[worker.pk])
    shown = browser("admin").post(url, {"capacity": sent, "reason": "x"}).content.decode()
    assert "Right would be: scan=2,scanCheck=1" in shown
    worker.refresh_from_db()
    assert worker.capacity_override is None


def test_an_action_and_a_class_are_paused_and_resumed(browser: Browser) -> None:
    client = browser("admin")
    make_job(status=Status.WAITING, started_at=None, ended_at=None)
    for kind, name in (("action", "noop"), ("class", "default")):
        sent = {"kind": kind, "name": name}
        assert f"{kind}, 1 waiting" in client.get(reverse("admin:jobs_pause"), sent).content.decode()
        assert "is paused" in told(client.post(reverse("admin:jobs_pause"), {**sent, "reason": "the server is away"}))
        shown = client.get(reverse("admin:jobs_pause_changelist")).content.decode()
        assert "by admin" in shown
        assert "the server is away" in shown
        assert "runs again" in told(client.post(reverse("admin:jobs_resume"), {**sent, "reason": "it is back"}))
    assert not Pause.objects.exists()
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["pause", "resume"] * 2


def test_what_does_not_exist_can_not_be_paused(browser: Browser) -> None:
    for sent in (
        {"kind": "action", "name": "nothing"},
        {"kind": "class", "name": "none=7"},
        {"kind": "x", "name": "noop"},
    ):
        assert browser("admin").get(reverse("admin:jobs_pause"), sent).status_code == 404


def test_an_operator_sees_what_is_paused_and_no_way_to_pause(browser: Browser) -> None:
    shown = browser("operator").get(reverse("admin:jobs_pause_changelist")).content.decode()
    assert "noop" in shown
    assert "Pause…" not in shown
    assert browser("operator").post(reverse("admin:jobs_pause"), {"kind": "action", "name": "noop"}).status_code == 403
