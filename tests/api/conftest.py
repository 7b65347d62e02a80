"""Who calls, and rows to call for."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uuid_utils.compat
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from jobs.engine.classes import forget_classes
from jobs.models import Job
from jobs.states import FINAL, OCCUPYING, Status
from jobsite.access.roles import make_groups
from jobsite.access.tokens import issue_token
from workers.models import CapacityClass, Worker

NOON = datetime(2018, 4, 21, 12, tzinfo=UTC)
ClientOf = Callable[[str], Client]
MakeJob = Callable[..., Job]
MakeWorker = Callable[..., Worker]


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    # `up` makes it; whitenoise warns where it is missing.
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture(autouse=True)
def _fresh_classes() -> Iterator[None]:
    """The classes of a test are rolled back; this process must not remember them."""
    forget_classes()
    yield
    forget_classes()


@pytest.fixture
def client_of(db: None) -> ClientOf:
    """`client_of("operator")`: with a token of a user in that group. Also `anonymous`, `nobody`, `superuser`."""
    make_groups()

    def make(role: str) -> Client:
        if role == "anonymous":
            return Client()
        user = User.objects.create(username=role, is_staff=True, is_superuser=role == "superuser")
        user.groups.set(Group.objects.filter(name=role))
        return Client(headers={"Authorization": f"Bearer {issue_token(user, name='test')}"})

    return make


@pytest.fixture
def client(client_of: ClientOf) -> Client:
    """An operator."""
    return client_of("operator")


@pytest.fixture
def make_worker(db: None) -> MakeWorker:
    numbers = itertools.count(1)

    def make(**fields: Any) -> Worker:
        number = next(numbers)
        defaults: dict[str, Any] = {
            "name": f"w{number}",
            "hex_id": f"{number:012x}",
            "boot_id": f"boot{number}",
            "state": "running",
            "capacity": {"scan": 1},
            "slots": 4,
            "version": "test",
            "host": "here",
            "pid": number,
            "lease_until": timezone.now() + timedelta(seconds=15),
        }
        return Worker.objects.create(**{**defaults, **fields})

    return make


@pytest.fixture
def make_job(make_worker: MakeWorker) -> MakeJob:
    """A row as the engine would have left it, in any status."""
    numbers = itertools.count(1)
    capacity_class, _ = CapacityClass.objects.get_or_create(name="default", defaults={"needs": {"default": 1}})

    def make(**fields: Any) -> Job:
        number = next(numbers)
        values: dict[str, Any] = {"uuid": uuid_utils.compat.uuid7(), "action": "noop", "capacity_class": capacity_class}
        values |= {"scheduled_at": NOON, "status_changed_at": NOON, **_for_status(fields.get("status", "waiting"))}
        if values.get("slot"):
            values |= {
                "slot": f"slot{number}",
                "worker": fields.pop("worker", None) or make_worker(hex_id=f"{number:011x}f"),
            }
        return Job.objects.create(**{**values, **fields})

    return make


def _for_status(status: str) -> dict[str, Any]:
    """What the table's constraints ask for."""
    needed: dict[str, Any] = {}
    if status in OCCUPYING:
        needed |= {"slot": True, "started_at": NOON}
    if status in FINAL:
        needed |= {"ended_at": NOON, "started_at": None if status == Status.CANCELED else NOON}
    return needed
