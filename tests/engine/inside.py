"""Claims by real slots that leave no trace: the engine's session within Django's transaction, to be rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2.extras
from django.db import connection, transaction

from jobs.engine import lock_sql, sql
from jobs.engine.claim import claim
from jobs.engine.session import Session
from jobs.engine.slot import Slot
from jobs.models import Job
from workers.models import Worker


class Inside(Session):
    """The statements of a slot, word for word, but its transactions are parts of the test's."""

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        if statement == "COMMIT":
            return []
        with connection.connection.cursor() as cursor:
            psycopg2.extras.register_uuid(conn_or_curs=cursor)  # type: ignore[no-untyped-call]
            psycopg2.extras.register_default_jsonb(conn_or_curs=cursor)
            cursor.execute(statement.removeprefix("BEGIN; "), parameters)
            return cursor.fetchall() if cursor.description else []

    def reset(self) -> None:
        """Nothing of its own to forget."""


@dataclass(slots=True, kw_only=True)
class AskingFor(Slot):
    """A free slot that is asked about one class."""

    only: int

    def fitting(self, units: Any) -> list[int]:
        return [class_id for class_id in Slot.fitting(self, units) if class_id == self.only]


@contextmanager
def prepared() -> Iterator[None]:
    """The engine's statements on Django's connection, with a session's settings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off"
        )
        for statement in (*sql.PREPARED, *lock_sql.PREPARED):
            cursor.execute(statement)
    yield
    connection.close()


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def inside(worker: Worker, *, number: int = 999) -> Slot:
    return Slot(worker_id=worker.pk, boot_id=worker.boot_id, name=f"{worker.boot_id}:{number}", session=Inside())


def claimable(job: Job) -> bool:
    """Whether a free slot would claim this job, were it the first that is looked at.

    1. A slot is free where fewer jobs occupy a worker than it has slots.
    2. The slot is asked about the job's class alone: what is ready in other classes is not in its way.
    3. What else is ready of its class is made not due, better or not. Not so what stands in the lines for its locks,
       and no other class: for a job that is held for, others give way only as long as it is ready.
    4. Then the slot's own claim decides, all of it, locks included; and is rolled back.
    """
    return any(_claims(worker, job) for worker in Worker.objects.all())


def _claims(worker: Worker, job: Job) -> bool:
    if Job.objects.occupying().filter(worker=worker).count() >= worker.slots:
        return False
    slot = AskingFor(
        worker_id=worker.pk,
        boot_id=worker.boot_id,
        name=f"{worker.boot_id}:999",
        session=Inside(),
        only=job.capacity_class_id,
    )
    with rolled_back():
        rivals = Job.objects.filter(ready=True, capacity_class=job.capacity_class_id).exclude(pk=job.pk)
        rivals.update(due=False)
        found = claim(slot).job
        return found is not None and found.id == job.pk
