"""Every verb of the engine leaves its audit row: what it changed from what to what, by whom, from where, how."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from jobs import engine
from jobs.engine.bulk import bulk
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue
from jobs.engine.put_back import put_back
from jobs.engine.refuse import refuse
from jobs.models import AuditEvent
from tests.engine.audit_cases import CASES, PARTS
from tests.engine.audit_world import ANN, NOOP, World, ended
from tests.engine.conftest import NewSlot, NewWorker
from workers.models import Worker

pytestmark = pytest.mark.slow


@pytest.fixture
def world(new_worker: NewWorker, new_slot: NewSlot) -> World:
    slot = new_slot(new_worker({"scan": 1}))
    running = enqueue(NOOP, by=ANN)
    claimed = claim(slot).job
    assert claimed is not None
    return World(enqueue(NOOP, by=ANN), running, slot, claimed, Worker.objects.get())


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


def _takes_a_reason(case: str) -> bool:
    module, _, name = case.partition(" ")[0].rpartition(".")
    verb = getattr(importlib.import_module(f"jobs.engine.{module}"), name)
    # The job of a bulk carries its reason, and hands it to each verb.
    return "reason" in inspect.signature(verb).parameters and verb is not bulk


@pytest.mark.parametrize("case", [case for case in CASES if _takes_a_reason(case)])
def test_a_verb_that_is_told_why_says_so(world: World, case: str) -> None:
    before, verb, _ = CASES[case]
    before(world)
    verb(world)
    assert AuditEvent.objects.order_by("id").values_list("reason", flat=True).last() == "r"


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
    ended(world)
    assert refuse(world.slot, world.claimed)
    row = AuditEvent.objects.get(verb="refuse_result")
    assert (row.dialect, row.client, row.object_id) == ("engine", f"slot {world.slot.name}", str(world.running.uuid))


def test_what_is_put_back_names_the_slot(world: World) -> None:
    assert put_back(world.slot, world.claimed)
    row = AuditEvent.objects.get(verb="put_back")
    assert (row.dialect, row.client) == ("engine", f"slot {world.slot.name}")
    assert (row.before, row.after) == ("running", "waiting")
