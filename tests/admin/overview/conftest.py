"""An installation that is well, and jobs that wait and run in it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.utils import timezone

from jobs.engine.rows import django_rows
from jobs.models import Job
from tests.admin.conftest import make_job, make_worker
from workers.models import Beat, Worker


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def well(db: None) -> Worker:
    """A worker and a beat that live: nothing needs a human."""
    Beat.objects.create(name="beat@here")
    return alive(make_worker("w1", 1))


def alive(worker: Worker) -> Worker:
    Worker.objects.filter(pk=worker.pk).update(lease_until=Now() + timedelta(minutes=5))
    return worker


def count(where: str) -> int:
    [(number,)] = django_rows(f"SELECT count(*) FROM jobs_job WHERE {where}", None)  # noqa: S608 - our own words
    return int(number)


def running(worker: Worker, number: int = 1, **fields: Any) -> Job:
    slot = f"{worker.boot_id}:{number}"
    return make_job(
        **{
            "status": "running",
            "worker": worker,
            "slot": slot,
            "started_at": timezone.now(),
            "ended_at": None,
            **fields,
        }
    )


def waiting(**fields: Any) -> Job:
    return make_job(**{"status": "waiting", "started_at": None, "ended_at": None, **fields})
