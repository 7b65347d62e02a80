"""The broker's content is never needed: flooded, wiped, frozen, gone and back, on each broker."""

import time
from pathlib import Path

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from jobs.doorbell import BELL, MAX_HOPS
from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.models import Job
from jobs.states import Status
from tests.brokers.fixtures import Broker, on_each_broker
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until
from tests.e2e.test_doorbell import AT_ONCE, hold_all, late
from workers.models import Worker

pytestmark = [pytest.mark.slow, pytest.mark.alone, on_each_broker]
LOOK = 4.0


@pytest.fixture
def client(transactional_db: None) -> APIClient:
    user = User.objects.create_superuser("admin", password="x")
    client = APIClient()
    client.force_authenticate(user)
    return client


def post(client: APIClient) -> tuple[Job, float]:
    """A submission, and how long it took."""
    began = time.monotonic()
    answer = client.post("/api/v0/jobs", {"action": "noop", "capacityMap": {"scan": 1}}, format="json")
    seconds = time.monotonic() - began
    assert answer.status_code == 202, answer.content
    return Job.objects.get(uuid=answer.json()["id"]), seconds


def hears(submit: Submit) -> bool:
    """Five times: a look may come by chance."""
    return all(late(wait_status(submit(capacity={"scan": 1}), Status.DONE)) < AT_ONCE for _ in range(5))


def test_bells_for_nothing_cost_nothing_but_a_look(broker: Broker, run_worker: RunWorker, submit: Submit) -> None:
    worker = run_worker("--capacity", "scan=1")
    with current_app.producer_pool.acquire(block=True) as producer:
        for number in range(1000):
            for bell, expires in (("scan", None), (f"gone={number}", None), ("scan", timezone.now())):
                current_app.send_task(
                    BELL, args=[bell, MAX_HOPS, 0], queue="scan", producer=producer, expires=expires, ignore_result=True
                )
    wait_until(lambda: broker.unread("scan") == 0)
    for _ in range(5):
        assert late(wait_status(submit(capacity={"scan": 1}), Status.DONE)) < AT_ONCE
    assert Job.objects.count() == 5
    assert worker.process.poll() is None


def test_jobs_whose_bells_are_lost_start_by_the_look(broker: Broker, run_worker: RunWorker, submit: Submit) -> None:
    jobs = [submit(capacity={"scan": 1}) for _ in range(5)]
    broker.wipe()
    assert broker.unread() == 0
    run_worker("--capacity", "scan=1")
    for job in jobs:
        wait_status(job, Status.DONE)
    assert late(wait_status(submit(capacity={"scan": 1}), Status.DONE)) < AT_ONCE


def test_a_broker_that_hangs_holds_no_submission_up(broker: Broker, run_worker: RunWorker, client: APIClient) -> None:
    run_worker("--capacity", "scan=1")
    wait_status(post(client)[0], Status.DONE)
    with broker.frozen():
        posted = [post(client) for _ in range(30)]
    assert sum(seconds for _, seconds in posted) < 10
    assert max(seconds for _, seconds in posted) < 2.5
    for job, _ in posted:
        wait_status(job, Status.DONE)


def test_workers_outlive_a_broker_that_goes_and_hear_bells_when_it_is_back(
    broker: Broker, run_worker: RunWorker, client: APIClient, submit: Submit
) -> None:
    run_worker("--capacity", "scan=1")
    wait_status(post(client)[0], Status.DONE)
    with broker.away():
        job, seconds = post(client)
        assert seconds < 1.5
        seen = Worker.objects.get().heartbeat_at
        wait_until(lambda: Worker.objects.get().heartbeat_at > seen, patience=LOOK)
    back = time.monotonic()
    wait_status(job, Status.DONE)
    wait_until(lambda: hears(submit), patience=15)
    assert time.monotonic() - back < 15


def test_idle_slots_take_what_is_submitted_while_the_broker_is_away(
    broker: Broker, run_worker: RunWorker, submit: Submit
) -> None:
    worker = run_worker("--capacity", "scan=2", "--slots", "3")
    wait_status(submit(capacity={"scan": 1}), Status.DONE)
    with broker.away():
        for _ in range(3):
            jobs = [submit(capacity={"scan": 1}) for _ in range(5)]
            for job in jobs:
                assert late(wait_status(job, Status.DONE)) < LOOK
        canceled = submit("test_stubborn", {"scan": 1}, parameters={"seconds": 60})
        wait_status(canceled, Status.RUNNING)
        cancel(canceled.uuid, by=Actor(dialect="cli", user="ada"))
        wait_status(canceled, Status.CANCELED)
        assert canceled.result == "cleaned up"
    wait_until(lambda: hears(submit))
    assert worker.process.poll() is None


def test_bells_lost_while_the_workers_are_busy_leave_no_job_behind(
    broker: Broker, run_worker: RunWorker, submit: Submit, tmp_path: Path
) -> None:
    run_worker("--capacity", "scan=2", "--slots", "2")
    end = hold_all(submit, tmp_path, 2)
    jobs = [submit(capacity={"scan": 1}) for _ in range(5)]
    broker.wipe()
    end.touch()
    for job in jobs:
        wait_status(job, Status.DONE)
