"""Slots and jobs for tests of the engine, on the real database with real commits."""

import itertools
import math
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from jobs import doorbell
from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.classes import forget_classes
from jobs.engine.enqueue import enqueue
from jobs.engine.look import look
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.runner import lease
from jobs.runner.keeper import keep
from workers.presence import Identity, register, stable_hex_id

NewSlot = Callable[..., Slot]
NewWorker = Callable[..., Identity]
Enqueue = Callable[..., Job]
Want = Callable[..., Job]
Start = Callable[..., tuple[Job, Slot, Claimed]]
MainProcess = Callable[[Identity], None]


@pytest.fixture(autouse=True)
def _fresh_classes(transactional_db: None) -> Iterator[None]:
    forget_classes()
    yield
    forget_classes()


@pytest.fixture
def by() -> Actor:
    return Actor(dialect="cli", user="ada")


@pytest.fixture
def new_worker() -> NewWorker:
    numbers = itertools.count(1)

    def make(capacity: dict[str, int], *, slots: int = 4, lease: timedelta = settings.LEASE) -> Identity:
        name = f"w{next(numbers)}"
        return register(
            name=name, hex_id=stable_hex_id(name), capacity=capacity, slots=slots, lease=lease, version="test"
        )

    return make


@pytest.fixture
def new_slot() -> Iterator[NewSlot]:
    """A slot of a worker; several of one worker have numbers of their own."""
    made: list[Slot] = []
    numbers = itertools.count(1)

    def make(worker: Identity) -> Slot:
        slot = Slot(worker_id=worker.worker_id, boot_id=worker.boot_id, name=f"{worker.boot_id}:{next(numbers)}")
        made.append(slot)
        return slot

    yield make
    for slot in made:
        slot.session.reset()


@pytest.fixture(autouse=True)
def _no_lease_of_this_process() -> Iterator[None]:
    """A test that lets a node take its turn leaves a lease in this process, which would end under a later test."""
    yield
    lease._ends_at.value = math.inf


@pytest.fixture
def main_process(new_slot: NewSlot) -> MainProcess:
    """One look of a worker's main process, and what it does about its hold."""

    def turn(worker: Identity) -> None:
        known = new_slot(worker)
        classes = [one.id for one in known.classes()]
        seen = look(
            known.session, worker_id=worker.worker_id, boot_id=worker.boot_id, lease=settings.LEASE, classes=classes
        )
        keep(known, seen)
        known.session.reset()

    return turn


@pytest.fixture
def submit(by: Actor) -> Enqueue:
    def make(capacity: dict[str, int] | None = None, **fields: Any) -> Job:
        return enqueue(Submission(**{"action": "noop", "capacity_map": capacity, **fields}), by=by)

    return make


@pytest.fixture
def slots(new_worker: NewWorker, new_slot: NewSlot) -> list[Slot]:
    """Of one worker that has room for eight jobs."""
    worker = new_worker({"scan": 8}, slots=8)
    return [new_slot(worker) for _ in range(8)]


@pytest.fixture
def want(submit: Enqueue) -> Want:
    """A job that wants these locks."""

    def make(locks: list[dict[str, str]], **fields: Any) -> Job:
        return submit({"scan": 1}, locks=locks, **fields)

    return make


@pytest.fixture
def start(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> Start:
    """A job that a slot runs."""

    def make(**fields: Any) -> tuple[Job, Slot, Claimed]:
        job, slot = submit({"scan": 1}, **{"retries": 2, **fields}), new_slot(new_worker({"scan": 1}))
        claimed = claim(slot).job
        assert claimed is not None
        return job, slot, claimed

    return make


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    bells: list[tuple[str, float]] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, *, due_in=0.0, **_: bells.append((name, due_in)))
    return bells


def chain(job: Job) -> list[Job]:
    """The retries of an original, oldest first."""
    return list(Job.objects.filter(retry_from=job).order_by("pk"))


def make_due(job: Job) -> None:
    """Its time has come."""
    Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now(), due=True)
