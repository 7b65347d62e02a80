"""Every verb of the engine leaves its audit row: what it changed from what to what, by whom, from where, how."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.db.models.functions import Now

from jobs import engine
from jobs.criteria import Criteria
from jobs.engine.actor import Actor
from jobs.engine.bulk import bulk
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.clear import clear
from jobs.engine.clock import database_now
from jobs.engine.configs.delete import delete_config
from jobs.engine.configs.save import save_config
from jobs.engine.crons.defaults import make_default_crons
from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.enable import disable_cron, enable_cron
from jobs.engine.crons.fire import fire
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.delete import delete
from jobs.engine.drain import drain, undrain
from jobs.engine.drop_classes import drop_classes
from jobs.engine.enqueue import enqueue, enqueue_each, enqueue_many
from jobs.engine.free import free
from jobs.engine.pause import pause
from jobs.engine.put_back import put_back
from jobs.engine.refuse import refuse
from jobs.engine.rescue import end_lost, end_slots, rescue
from jobs.engine.reseal import reseal
from jobs.engine.resume import resume
from jobs.engine.retry import retry
from jobs.engine.seal_stored import seal_stored
from jobs.engine.set_capacity import set_capacity
from jobs.engine.slot import Claimed, Slot
from jobs.engine.stop import mark
from jobs.engine.submission import Submission
from jobs.engine.submit import submit
from jobs.models import AuditEvent, Cron, CronSkip, Job, Pause
from jobs.states import Status
from tests.engine.conftest import NewSlot, NewWorker
from tests.engine.locking import exclusive
from workers.models import CapacityClass, Worker

ANN = Actor(dialect="v1", user="ann", address="192.0.2.7", client="curl/8", token="laptop")
HOUR = timedelta(hours=1)
NOOP = Submission(action="noop", capacity_map={"scan": 1}, locks=exclusive("devices"))
NIGHTLY = CronSpec(job=Submission(action="noop"), schedule="@daily", name="nightly")
# What an audit row says beside its actor.
Row = tuple[str, str, Any, Any]


class World(NamedTuple):
    """One waiting job, and one that runs on a worker with the lock that both want."""

    waiting: Job
    running: Job
    slot: Slot
    claimed: Claimed
    worker: Worker


@pytest.fixture
def world(new_worker: NewWorker, new_slot: NewSlot) -> World:
    slot = new_slot(new_worker({"scan": 1}))
    running = enqueue(NOOP, by=ANN)
    claimed = claim(slot).job
    assert claimed is not None
    return World(enqueue(NOOP, by=ANN), running, slot, claimed, Worker.objects.get())


def _canceled(world: World) -> Job:
    cancel(world.waiting.uuid, by=ANN)
    return world.waiting


def _ended(world: World) -> None:
    end_slots([world.slot.name], status=Status.ERRORED, why="w", by=ANN)


def _lost(_world: World) -> None:
    Worker.objects.update(lease_until=Now() - HOUR)


def _deleted_and_lost(world: World) -> None:
    delete(world.running.uuid, by=ANN)
    _lost(world)


def _cron(**fields: Any) -> Cron:
    return save_cron(CronSpec(**{**asdict(NIGHTLY), "job": NIGHTLY.job, **fields}), by=ANN)


def _an_unused_class(_world: World) -> None:
    CapacityClass.objects.create(name="unused=7", needs={"unused": 7}, last_used_at=Now() - timedelta(days=2))


def _overdue(_world: World) -> None:
    cron = _cron(overlap="replace")
    Job.objects.update(cron=cron.pk)
    Cron.objects.update(next_run_at=database_now().replace(microsecond=0))


def _in_transaction(verb: Callable[[], Any]) -> None:
    """A verb that is always part of another's."""
    with transaction.atomic():
        verb()


def _nothing(_world: World) -> None:
    return


# The verb's name, as its module's path, and the case: what comes before it, the verb, and its rows.
Case = tuple[Callable[[World], Any], Callable[[World], Any], list[Row]]
A_JOB = {"action": "noop", "parameters": None}
CASES: dict[str, Case] = {
    "enqueue.enqueue": (_nothing, lambda _: enqueue(NOOP, by=ANN), [("enqueue", "job", None, A_JOB)]),
    "enqueue.enqueue_many": (
        _nothing,
        lambda _: enqueue_many([NOOP, NOOP], by=ANN),
        [("enqueue", "job", None, {**A_JOB, "jobs": 2})],
    ),
    "enqueue.enqueue_each": (
        _nothing,
        lambda _: enqueue_each([NOOP, NOOP], by=ANN),
        [("enqueue", "job", None, {**A_JOB, "jobs": 2})],
    ),
    "submit.submit": (_nothing, lambda _: submit(NOOP, once=None, by=ANN), [("enqueue", "job", None, A_JOB)]),
    "cancel.cancel": (
        _nothing,
        lambda world: cancel(world.waiting.uuid, by=ANN, reason="r"),
        [("cancel", "job", "waiting", "canceled")],
    ),
    "cancel.cancel by force": (
        _nothing,
        lambda world: cancel(world.running.uuid, by=ANN, reason="r", force=True),
        [
            ("cancel", "job", "running", "cancel_request"),
            ("force_cancel", "job", "cancel_request", "cancel_request"),
        ],
    ),
    "delete.delete": (
        _nothing,
        lambda world: delete(world.waiting.uuid, by=ANN, reason="r"),
        [("delete", "job", {"status": "waiting"}, None)],
    ),
    "delete.delete of a running one": (
        _nothing,
        lambda world: delete(world.running.uuid, by=ANN, reason="r"),
        [("delete", "job", {"status": "running"}, "deleted")],
    ),
    "retry.retry": (
        _canceled,
        lambda world: retry(world.waiting.uuid, by=ANN),
        [("retry", "job", "canceled", {"retry": ...})],
    ),
    "drain.drain": (
        _nothing,
        lambda world: drain(world.worker.hex_id, by=ANN, reason="r"),
        [("drain", "worker", "running", "draining")],
    ),
    "drain.undrain": (
        lambda world: drain(world.worker.hex_id, by=ANN),
        lambda world: undrain(world.worker.hex_id, by=ANN, reason="r"),
        [("undrain", "worker", "draining", "running")],
    ),
    "set_capacity.set_capacity": (
        _nothing,
        lambda world: set_capacity(world.worker.hex_id, {"scan": 2}, by=ANN, reason="r"),
        [("set_capacity", "worker", {"scan": 1}, {"scan": 2})],
    ),
    "clear.clear": (
        _lost,
        lambda _: clear("devices", by=ANN, reason="r"),
        [("rescue", "job", "running", "worker_dead"), ("clear_lock", "lock", None, {"state": "free", "ended": 1})],
    ),
    "clear.clear by force": (
        _nothing,
        lambda _: clear("devices", by=ANN, reason="r", force=True),
        [
            ("force_cancel", "job", "running", "cancel_request"),
            ("clear_lock", "lock", None, {"state": "stopping", "force": True, "killed": ...}),
        ],
    ),
    "free.free": (
        _nothing,
        lambda _: free("devices", by=ANN, reason="r"),
        [
            ("cancel", "job", "running", "cancel_request"),
            ("free_lock", "lock", None, {"canceled": ..., "retry": False}),
        ],
    ),
    "pause.pause": (
        _nothing,
        lambda _: pause(Pause.Kind.ACTION, "noop", by=ANN, reason="r"),
        [("pause", "action", None, {"name": "noop"})],
    ),
    "resume.resume": (
        lambda _: pause(Pause.Kind.CLASS, "scan", by=ANN),
        lambda _: resume(Pause.Kind.CLASS, "scan", by=ANN, reason="r"),
        [("resume", "class", None, {"name": "scan"})],
    ),
    "stop.mark": (
        _nothing,
        lambda world: mark(world.running.pk, slot_name=world.slot.name, why="its deadline was over", by=ANN),
        [("stop", "job", "running", "running")],
    ),
    "rescue.rescue": (
        _lost,
        lambda _: rescue(by=ANN),
        [("worker_dead", "worker", "running", "dead"), ("rescue", "job", "running", "worker_dead")],
    ),
    "rescue.rescue of a deleted one": (
        _deleted_and_lost,
        lambda _: rescue(by=ANN),
        [("worker_dead", "worker", "running", "dead"), ("remove", "job", "deleted", None)],
    ),
    "rescue.end_slots": (_nothing, _ended, [("rescue", "job", "running", "errored")]),
    "rescue.end_lost": (
        _lost,
        lambda _: _in_transaction(lambda: end_lost("devices", why="w", by=ANN)),
        [("rescue", "job", "running", "worker_dead")],
    ),
    "crons.save.save_cron": (_nothing, lambda _: _cron(), [("create", "cron", None, {"schedule": "@daily"})]),
    "crons.save.save_cron again": (
        lambda _: _cron(),
        lambda _: _cron(schedule="@hourly"),
        [("change", "cron", {"schedule": "@daily"}, {"schedule": "@hourly"})],
    ),
    "crons.delete.delete_cron": (
        lambda _: _cron(),
        lambda _: delete_cron("nightly", by=ANN, reason="r"),
        [("delete", "cron", {"schedule": "@daily"}, None)],
    ),
    "crons.enable.disable_cron": (
        lambda _: _cron(),
        lambda _: disable_cron("nightly", by=ANN, reason="r"),
        [("disable", "cron", True, False)],
    ),
    "crons.enable.enable_cron": (
        lambda _: _cron(enabled=False),
        lambda _: enable_cron("nightly", by=ANN, reason="r"),
        [("enable", "cron", False, True)],
    ),
    "crons.run_now.run_now": (
        lambda _: _cron(),
        lambda _: run_now("nightly", by=ANN),
        [("enqueue", "job", None, A_JOB), ("run", "cron", None, {"job": ...})],
    ),
    "crons.defaults.make_default_crons": (
        _nothing,
        lambda _: make_default_crons(by=ANN),
        [("create", "cron", None, {"name": ...})] * 2,
    ),
    "configs.save.save_config": (
        _nothing,
        lambda _: save_config("noop", {"k": "v"}, by=ANN, reason="r"),
        [("create", "action_config", None, {"k": "v"})],
    ),
    "configs.save.save_config again": (
        lambda _: save_config("noop", {"k": "v"}, by=ANN),
        lambda _: save_config("noop", {"k": "w"}, by=ANN),
        [("change", "action_config", {"k": "v"}, {"k": "w"})],
    ),
    "configs.delete.delete_config": (
        lambda _: save_config("noop", {"k": "v"}, by=ANN),
        lambda _: delete_config("noop", by=ANN, reason="r"),
        [("delete", "action_config", {"k": "v"}, None)],
    ),
    "bulk.bulk": (
        _nothing,
        lambda _: bulk("cancel", Criteria(action="noop"), by=ANN, reason="r"),
        [("enqueue", "job", None, {"action": "bulk", "parameters": {"verb": "cancel", "reason": "r"}})],
    ),
    "reseal.reseal": (_nothing, lambda _: reseal(by=ANN), [("reseal", "parameters_key", None, None)]),
    "seal_stored.seal_stored": (_nothing, lambda _: seal_stored(by=ANN), [("seal", "parameters", None, None)]),
    "drop_classes.drop_classes": (
        _an_unused_class,
        lambda _: drop_classes(by=ANN),
        [("drop", "class", {"name": "unused=7"}, None)],
    ),
    # The due second itself is the job's own row (docs/adr/0016).
    "crons.fire.fire": (
        _overdue,
        lambda _: fire(by=ANN),
        [("cancel", "job", ..., ...)] * 2,
    ),
}
# Public, with an actor, and no verbs of their own.
PARTS = {
    "crons.make.make_jobs": "the part of fire that enqueues",
    "enqueue.enqueue_checked": "the inside of enqueue_each",
    "crons.enable.disable_locked": "the inside of disable_cron, for who holds the row",
    "crons.tick.tick": "fires each due cron",
    "pause.audit_pause": "the row of pause and resume",
    "audit.audit": "writes the row",
    "audit.audit_event": "makes the row",
}


@pytest.mark.parametrize("case", CASES)
def test_a_verb_leaves_its_rows_with_its_actor(world: World, case: str) -> None:
    before, verb, expected = CASES[case]
    before(world)
    known = AuditEvent.objects.count()
    verb(world)
    rows = list(AuditEvent.objects.order_by("id"))[known:]
    assert [(row.verb, row.object_type) for row in rows] == [row[:2] for row in expected]
    for row, (_, _, was, becomes) in zip(rows, expected, strict=True):
        assert (row.dialect, row.user, row.address, row.client, row.token) == (
            "v1",
            "ann",
            "192.0.2.7",
            "curl/8",
            "laptop",
        )
        assert row.object_id
        assert _holds(row.before, was), (row.before, was)
        assert _holds(row.after, becomes), (row.after, becomes)


def _holds(found: Any, expected: Any) -> bool:
    """Equal; of an object, what is expected is there; `...` is anything but nothing."""
    if expected is ...:
        return found is not None
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(_holds(found.get(key), value) for key, value in expected.items())
    return bool(found == expected)


def test_every_verb_is_in_the_table() -> None:
    listed = {case.partition(" ")[0] for case in CASES}
    assert {name for module in _modules() for name in _verbs(module)} == listed | set(PARTS)


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(engine.__path__, "jobs.engine."):
        yield importlib.import_module(found.name)


def _verbs(module: ModuleType) -> Iterator[str]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        own = inspect.unwrap(function).__module__ == module.__name__
        if own and not name.startswith("_") and "by" in inspect.signature(function).parameters:
            yield f"{module.__name__.removeprefix('jobs.engine.')}.{name}"


def test_what_a_slot_does_by_itself_names_the_slot(world: World) -> None:
    _ended(world)
    assert refuse(world.slot, world.claimed)
    row = AuditEvent.objects.get(verb="refuse_result")
    assert (row.dialect, row.client, row.object_id) == ("engine", f"slot {world.slot.name}", str(world.running.uuid))


def test_what_is_put_back_names_the_slot(world: World) -> None:
    assert put_back(world.slot, world.claimed)
    row = AuditEvent.objects.get(verb="put_back")
    assert (row.dialect, row.client) == ("engine", f"slot {world.slot.name}")
    assert (row.before, row.after) == ("running", "waiting")


def test_a_skipped_run_is_a_row_of_its_own_table(world: World) -> None:
    _overdue(world)
    Cron.objects.update(overlap=Cron.Overlap.FORBID)
    known = AuditEvent.objects.count()
    fire(by=ANN)
    assert CronSkip.objects.get().code == CronSkip.Code.OVERLAP
    assert AuditEvent.objects.count() == known
