"""Unique actions: of the jobs that wait, one has the key; the unique index decides."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, transaction

from jobs.actions import Action, Parameters, registry
from jobs.engine import enqueue as enqueueing
from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.delete import delete
from jobs.engine.enqueue import enqueue, enqueue_each, enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.insert import Key, insert_unique
from jobs.engine.rows import Rows, django_rows
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start, chain
from tests.engine.threads import at_once, side_by_side

Declare = Callable[..., Action]


class Scan(Parameters):
    device: str
    deep: bool = False


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    def make(name: str = "rescan", **options: Any) -> Action:
        made = Action(name=name, run=lambda _: None, parameters=Scan, **options)
        monkeypatch.setitem(registry._actions, name, made)
        return made

    return make


def _of(*devices: str, **more: Any) -> list[Submission]:
    return [Submission(action="rescan", parameters={"device": device, **more}) for device in devices]


def test_the_same_again_is_the_job_that_waits(declare: Declare, by: Actor, rung: list[Any]) -> None:
    declare(unique=True)
    [first] = enqueue_each(_of("eosdist"), by=by)
    rung.clear()
    [again] = enqueue_each(_of("eosdist", deep="false"), by=by)
    assert (first.new, again.new, again.job) == (True, False, first.job)
    assert rung == []
    assert Job.objects.count() == 1
    assert list(AuditEvent.objects.order_by("id").values_list("verb", "object_id")) == [
        ("enqueue", str(first.job.uuid)),
        ("enqueue_again", str(first.job.uuid)),
    ]


def test_other_parameters_and_other_actions_are_other_jobs(declare: Declare, by: Actor) -> None:
    declare(unique=True)
    declare("other", unique=True)
    enqueue_many([*_of("a", "b"), Submission(action="other", parameters={"device": "a"})], by=by)
    assert Job.objects.count() == 3


def test_a_function_says_what_is_the_same(declare: Declare, by: Actor) -> None:
    declare(unique=lambda parameters: parameters.device * 500)
    first, second = enqueue_many([*_of("eosdist", deep=True), *_of("eosdist", deep=False)], by=by)
    assert first == second
    assert Job.objects.get().parameters == {"device": "eosdist", "deep": True}


def test_only_what_waits_is_in_the_way(declare: Declare, by: Actor, new_worker: NewWorker, new_slot: NewSlot) -> None:
    declare(unique=True)
    running = enqueue(*_of("a"), by=by)
    claim(new_slot(new_worker({})))
    waiting = enqueue(*_of("a"), by=by)
    assert waiting != running
    cancel(waiting.uuid, by=by)
    assert enqueue(*_of("a"), by=by) not in {running, waiting}


def test_a_retry_bears_no_key_so_that_nobody_stands_in_its_way(
    declare: Declare, by: Actor, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    declare(unique=True, retries=1)
    job, slot = enqueue(*_of("a"), by=by), new_slot(new_worker({}))
    claimed = claim(slot).job
    assert claimed is not None
    enqueue(*_of("a"), by=by)
    assert finish(slot, claimed, Outcome(status=Status.ERRORED), take_next=False).accepted
    assert [made.unique_key for made in chain(job)] == [None]


def test_many_at_once_meet_each_other_and_what_waits(declare: Declare, submit: Enqueue, by: Actor) -> None:
    declare(unique=True)
    before = enqueue(*_of("b"), by=by)
    found = enqueue_each([*_of("a", "b", "a", "c"), Submission(action="noop")], by=by)
    jobs = [enqueued.job for enqueued in found]
    assert [enqueued.new for enqueued in found] == [True, False, False, True, True]
    assert jobs[1] == before
    assert jobs[0] == jobs[2]
    assert [job.parameters and job.parameters["device"] for job in jobs] == ["a", "b", "a", "c", None]
    assert Job.objects.count() == 4
    assert all(Job.objects.filter(pk=job.pk, uuid=job.uuid).exists() for job in jobs)


def test_one_that_is_deleted_while_it_is_asked_for_makes_room(
    declare: Declare, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(unique=True)
    goes, stays = enqueue_many(_of("a", "b"), by=by)

    def deleted_meanwhile(rows: Rows, jobs: list[Job]) -> dict[Key, tuple[int, UUID]]:
        found = insert_unique(rows, jobs)
        if Job.objects.filter(pk=goes.pk).exists():
            side_by_side(lambda: delete(goes.uuid, by=by))
        return found

    monkeypatch.setattr(enqueueing, "insert_unique", deleted_meanwhile)
    found = enqueue_each(_of("c", "a", "b", "a"), by=by)
    assert [enqueued.new for enqueued in found] == [True, True, False, False]
    assert found[1].job == found[3].job
    assert found[2].job == stays
    assert {enqueued.job.pk for enqueued in found} == set(Job.objects.values_list("pk", flat=True))


def test_one_that_follows_another_is_not_deleted_before_that_has_ended(
    declare: Declare, start: Start, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(unique=True)
    job, slot, claimed = start(next=_of("a")[0])
    waits = enqueue(*_of("a"), by=by)
    statements = slot.session.rows

    @transaction.atomic
    def delete_at_once() -> None:
        django_rows("SET LOCAL lock_timeout = '50ms'", None)
        delete(waits.uuid, by=by)

    def deleted_meanwhile(statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        if statement.startswith("UPDATE jobs_job SET next_job_id"):
            with pytest.raises(OperationalError, match="lock timeout"):
                delete_at_once()
        return statements(statement, parameters)

    monkeypatch.setattr(slot.session, "rows", deleted_meanwhile)
    assert finish(slot, claimed, Outcome(status=Status.DONE), take_next=False).accepted
    job.refresh_from_db()
    assert job.next_job == waits
    delete(waits.uuid, by=by)


@pytest.mark.slow
def test_two_bulks_at_once_make_each_job_once_and_never_wait_for_each_other(declare: Declare, by: Actor) -> None:
    declare(unique=True)
    names = [f"device{number}" for number in range(300)]
    found: list[list[Job]] = []

    def work(order: list[str]) -> None:
        found.append(enqueue_many(_of(*order), by=by))

    at_once(*(partial(work, order) for order in (names, names[::-1], names, names[::-1])))
    assert Job.objects.count() == 300
    assert {job.pk for jobs in found for job in jobs} == set(Job.objects.values_list("pk", flat=True))
