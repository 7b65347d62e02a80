"""A row of every kind, and browsers logged in as different people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import uuid_utils.compat
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from jobs.models import ActionConfig, AuditEvent, Cron, Job, JobLog
from jobsite import urls  # noqa: F401 - brings the pages
from jobsite.access.roles import make_groups
from locks.models import JobLock, LockName
from workers.models import Beat, CapacityClass, Worker

Browser = Callable[[str], Client]
NOW = timezone.now()


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    # `up` makes it; whitenoise warns where it is missing.
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def browser(db: None) -> Browser:
    """`browser("auditor")`: staff of that group; also superuser, staff (of no group), outsider, anonymous."""
    make_groups()

    def make(who: str) -> Client:
        client = Client()
        if who != "anonymous":
            flags = {"is_superuser": who == "superuser", "is_staff": who != "outsider"}
            user, _ = User.objects.get_or_create(username=who, defaults=flags)
            user.groups.set(Group.objects.filter(name=who))
            client.force_login(user)
        return client

    return make


def make_job(**fields: Any) -> Job:
    """A job that ended, unless the fields say otherwise."""
    capacity_class, _ = CapacityClass.objects.get_or_create(name="default", defaults={"needs": {"default": 1}})
    values: dict[str, Any] = {
        "uuid": uuid_utils.compat.uuid7(),
        "action": "noop",
        "status": "done",
        "capacity_class": capacity_class,
        "scheduled_at": NOW - timedelta(seconds=10),
        "created_at": NOW - timedelta(seconds=11),
        "started_at": NOW - timedelta(seconds=5),
        "ended_at": NOW,
    }
    return Job.objects.create(**{**values, **fields})


def make_worker(name: str, number: int) -> Worker:
    return Worker.objects.create(
        name=name,
        hex_id=f"{number:012x}",
        boot_id="b",
        state="running",
        capacity={"scan": 1},
        slots=2,
        version="1",
        host="here",
        pid=number,
        # NOW is when the tests began.
        lease_until=timezone.now() + timedelta(hours=1),
    )


@pytest.fixture
def rows(db: None) -> dict[str, Model]:
    """One of each that the engine owns, by `app.model`."""
    worker = make_worker("w1", 1)
    job = make_job(worker=worker, slot="s:1", parameters={"a": 1}, result=[1], scheduled_by="alice")
    line = JobLog.objects.create(job=job, line_number=0, data="hello")
    lock = LockName.objects.create(name="devices", fence=1)
    return {
        "jobs.job": job,
        "jobs.joblog": line,
        "jobs.auditevent": AuditEvent.objects.create(
            verb="cancel", dialect="v0", object_type="job", object_id=str(job.uuid), before={"x": 1}
        ),
        "jobs.cron": Cron.objects.create(
            name="nightly", action="noop", schedule="0 0 2 * * *", next_run_at=NOW + timedelta(hours=1)
        ),
        "jobs.actionconfig": ActionConfig.objects.create(action="noop", parameters={}),
        "workers.worker": worker,
        "workers.capacityclass": CapacityClass.objects.get(name="default"),
        "workers.beat": Beat.objects.create(name="beat@here"),
        "locks.lockname": lock,
        "locks.joblock": JobLock.objects.create(lock=lock, job=job, mode="exclusive", fence=1, acquired_at=NOW),
    }
