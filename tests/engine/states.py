"""Random states from a seed: workers, what they run, what waits, locks, lines, holds and pauses."""

import secrets
from datetime import timedelta
from random import Random
from typing import Any

import uuid_utils.compat
from django.utils import timezone

from jobs.engine.lines import sweep
from jobs.engine.look import look
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.models import Job, Pause
from jobs.runner.keeper import keep
from locks.models import JobLock, LockName
from tests.engine.inside import inside
from workers import capacity
from workers.models import CapacityClass, Worker, WorkerState

NEEDS: list[dict[str, int]] = [
    {"scan": 1},
    {"scan": 2},
    {"check": 1},
    {"scan": 1, "check": 1},
    {"scan": 9},
    {"default": 1},
    {"gpu": 1},
]
OFFERS: list[dict[str, int]] = [
    {"scan": 1},
    {"scan": 2},
    {"check": 1},
    {"scan": 2, "check": 1},
    {"scan": 3, "check": 2},
]
ACTIONS = ["noop", "sleep", "false"]
LOCKS = ["a", "b"]
LEASE = timedelta(hours=1)


class State:
    """Made by direct rows where those say it all, by the engine's own parts where they decide: lines, holds, pauses."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.classes = list(CapacityClass.objects.order_by("id"))
        self.now = timezone.now()
        LockName.objects.bulk_create([LockName(name=name) for name in LOCKS], ignore_conflicts=True)
        self.workers = [self._worker() for _ in range(self.random.randint(0, 3))]
        for worker in self.workers:
            self._run_jobs_on(worker)
        for _ in range(2):
            for _ in range(self.random.randint(1, 3)):
                self._waits()
            if self._chance(0.7):
                sweep()
        for worker in self.workers:
            if worker.state == WorkerState.RUNNING and worker.lease_until > self.now and self._chance(0.5):
                _main_process(worker)
        self._pauses()
        self.waiting = list(Job.objects.waiting().order_by("pk"))

    def _chance(self, of: float) -> bool:
        return self.random.random() < of

    def _worker(self) -> Worker:
        name = secrets.token_hex(6)
        state = self.random.choices(WorkerState.values, weights=[7, 2, 1, 1])[0]
        return Worker.objects.create(
            name=name,
            hex_id=name,
            boot_id=secrets.token_hex(8),
            state=state,
            drained_at=self.now if state == WorkerState.DRAINING and self._chance(0.5) else None,
            capacity=self.random.choice(OFFERS),
            slots=self.random.randint(1, 4),
            pid=1,
            lease_until=self.now + (LEASE if self._chance(0.9) else -LEASE),
        )

    def _run_jobs_on(self, worker: Worker) -> None:
        for number in range(self.random.randint(0, worker.slots)):
            running = Job.objects.occupying().filter(worker=worker).select_related("capacity_class")
            free = capacity.free(worker.total, [(job.capacity_class.needs, 1) for job in running])
            fitting = [one for one in self.classes if capacity.fits(one.needs, free)]
            if fitting:
                self._runs(worker, self.random.choice(fitting), f"{worker.boot_id}:{number}")
        if self._chance(0.2):
            # An operator's cut may leave more in use than there is.
            worker.capacity_override = self.random.choice(OFFERS)
            worker.save()

    def _runs(self, worker: Worker, of: CapacityClass, slot: str) -> None:
        status = self.random.choices(["running", "cancel_request", "deleted"], weights=[8, 1, 1])[0]
        wanted = [lock for lock in self._locks() if _is_free(lock)]
        job = self._job(of, status=status, worker=worker, slot=slot, started_at=self.now, locks=wanted or None)
        for lock in wanted:
            JobLock.objects.create(lock_id=lock["name"], job=job, mode=lock["mode"], fence=1, acquired_at=self.now)

    def _waits(self) -> None:
        due, locks = self._chance(0.85), self._locks()
        past = due or self._chance(0.2)
        self._job(
            self.random.choices(self.classes, weights=[6, 3, 4, 3, 1, 2, 1])[0],
            due=due,
            scheduled_at=self.now + LEASE * (-1 if past else 1) * self.random.random(),
            retry_from=None if due else Job.objects.order_by("?").first(),
            locks=locks or None,
            # Any of its locks may have been the one that it could not have.
            blocked_by=self.random.choice(locks)["name"] if locks and due else None,
        )

    def _locks(self) -> list[dict[str, str]]:
        names = self.random.sample(LOCKS, self.random.choice([0, 0, 1, 1, 2]))
        return [{"name": name, "mode": self.random.choice(["exclusive", "shared"])} for name in sorted(names)]

    def _job(self, of: CapacityClass, **fields: Any) -> Job:
        action, priority = self.random.choice(ACTIONS), self.random.choice([0, 0, 0, 1, -1])
        uuid = uuid_utils.compat.uuid7()
        return Job.objects.create(uuid=uuid, action=action, priority=priority, capacity_class=of, **fields)

    def _pauses(self) -> None:
        """Some in the midst: the backlog of an action not set aside yet, or not brought back."""
        for action in ACTIONS:
            if self._chance(0.12):
                Pause.objects.create(kind="action", name=action)
        if self._chance(0.7):
            set_aside(django_rows, seconds=9)
        if self._chance(0.3):
            Pause.objects.all().delete()
        for one in self.classes:
            if self._chance(0.06):
                Pause.objects.create(kind="class", name=one.name)


def _is_free(lock: dict[str, str]) -> bool:
    holders = JobLock.objects.filter(lock=lock["name"])
    return not (holders if lock["mode"] == "exclusive" else holders.filter(mode="exclusive")).exists()


def _main_process(worker: Worker) -> None:
    """One look, and the hold that comes of it."""
    known = inside(worker)
    classes = [one.id for one in known.classes()]
    seen = look(known.session, worker_id=worker.pk, boot_id=worker.boot_id, lease=LEASE, classes=classes)
    keep(known, seen)
