"""/healthz and /readyz."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from jobsite import health
from tests.api.conftest import MakeJob, MakeWorker
from workers.models import Beat

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat() -> Beat:
    return Beat.objects.create(name="b1")


@pytest.fixture
def ready(beat: Beat, make_worker: MakeWorker) -> None:
    make_worker()


def ask() -> tuple[int, dict[str, Any]]:
    response = Client().get("/readyz")
    return response.status_code, response.json()


def test_the_process_is_alive_without_asking_anyone(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "alive"}


def test_all_there_is_ready(ready: None) -> None:
    assert ask() == (
        200,
        {"status": "ready", "database": True, "workers": 1, "beats": 1, "oldestWaitingSeconds": None, "broker": True},
    )


def test_it_says_how_long_the_oldest_job_waits(ready: None, make_job: MakeJob) -> None:
    make_job(scheduled_at=timezone.now() - timedelta(seconds=100))
    make_job(scheduled_at=timezone.now() - timedelta(seconds=10))
    make_job(scheduled_at=timezone.now() + timedelta(days=1), due=False)
    assert 99 < ask()[1]["oldestWaitingSeconds"] < 110


def test_no_living_worker_is_not_ready(beat: Beat, make_worker: MakeWorker) -> None:
    make_worker(lease_until=timezone.now() - timedelta(seconds=1))
    status, body = ask()
    assert (status, body["status"], body["workers"]) == (503, "unavailable", 0)


def test_no_living_beat_is_not_ready(ready: None) -> None:
    Beat.objects.update(ticked_at=Now() - timedelta(seconds=31))
    status, body = ask()
    assert (status, body["beats"]) == (503, 0)


@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/valkey.sock", "amqp://127.0.0.1:1//", "redis://192.0.2.1/0"],
)
def test_a_broker_that_does_not_answer_is_not_ready_within_two_seconds(ready: None, settings: Any, url: str) -> None:
    settings.BROKER_URL = url
    begun = timezone.now()
    status, body = ask()
    assert (status, body["broker"], body["database"]) == (503, False, True)
    assert timezone.now() - begun < timedelta(seconds=2)


def test_a_database_that_does_not_answer_is_not_ready(ready: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_oldest_waiting_seconds", gone)
    status, body = ask()
    assert (status, body["database"], body["workers"]) == (503, False, 0)


def test_the_root_leads_to_the_admin() -> None:
    assert Client().get("/")["Location"] == "/admin/"
