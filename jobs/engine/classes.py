"""Capacity classes: a row for each canonical map of needs, made when it is first wanted."""

import time
from dataclasses import dataclass

import psycopg2.extras

from jobs.engine.errors import InvalidSubmission
from jobs.engine.rows import Rows, django_rows
from workers import capacity
from workers.models import CapacityClass

MAX_CLASSES = 1000
# Workers read the queue of a class that is new from their next look on, which is over by then.
NEW_SECONDS = 5.0
# So long a process goes by what it remembers of a class; then it asks again, and by that says that it uses it.
REMEMBERED_SECONDS = 3600.0
_ids: dict[str, int] = {}
_asked_at: dict[str, float] = {}
_added_at: dict[str, float] = {}

# Not if somebody else is at the same: nobody waits for a mark that is made anyway.
_MARK_AS_USED = """UPDATE workers_capacityclass SET last_used_at = now() WHERE id IN (
    SELECT id FROM workers_capacityclass WHERE name = %s FOR NO KEY UPDATE SKIP LOCKED)"""
# No row where it is new and there are as many as there may be.
_USE = """INSERT INTO workers_capacityclass (name, needs) SELECT %(name)s, %(needs)s
WHERE EXISTS (SELECT FROM workers_capacityclass WHERE name = %(name)s)
OR (SELECT count(*) FROM workers_capacityclass) < %(most)s
ON CONFLICT (name) DO UPDATE SET last_used_at = now() RETURNING id"""


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class as processes remember it."""

    id: int
    name: str
    needs: dict[str, int]


def class_for(needs: dict[str, int]) -> KnownClass:
    """The class of these needs. Remembered per process: classes are few, and unused ones stay for a day."""
    name = capacity.class_name(needs)
    if time.monotonic() - _asked_at.get(name, -REMEMBERED_SECONDS) >= REMEMBERED_SECONDS:
        _ids[name] = _get_or_add(name, needs)
        _asked_at[name] = time.monotonic()
    return KnownClass(_ids[name], name, needs)


def use_class(rows: Rows, needs: dict[str, int]) -> int:
    """The id of the class of these needs, which can not be dropped before the transaction has ended."""
    named = {"name": capacity.class_name(needs), "needs": psycopg2.extras.Json(needs), "most": MAX_CLASSES}
    found = rows(_USE, named)
    if not found:
        raise _too_many()
    class_id: int = found[0][0]
    return class_id


def forget_classes() -> None:
    """Drop what this process remembers: a remembered class was gone from the table."""
    _ids.clear()
    _asked_at.clear()
    _added_at.clear()


def plain_queue(known: KnownClass) -> str | None:
    """For a class that this process has just added: a queue that whoever could hold it reads already."""
    if time.monotonic() - _added_at.get(known.name, -NEW_SECONDS) >= NEW_SECONDS:
        return None
    plain = capacity.class_name({min(known.needs): 1})
    return None if plain == known.name else plain


def all_classes() -> list[KnownClass]:
    """Every class, oldest first."""
    return [KnownClass(*row) for row in CapacityClass.objects.order_by("id").values_list("id", "name", "needs")]


def _get_or_add(name: str, needs: dict[str, int]) -> int:
    known = CapacityClass.objects.filter(name=name).values_list("id", flat=True).first()
    if known is not None:
        django_rows(_MARK_AS_USED, [name])
        return known
    if CapacityClass.objects.count() >= MAX_CLASSES:
        raise _too_many()
    # The unique name decides between two that add it at once.
    CapacityClass.objects.bulk_create([CapacityClass(name=name, needs=needs)], ignore_conflicts=True)
    _added_at[name] = time.monotonic()
    return CapacityClass.objects.values_list("id", flat=True).get(name=name)


def _too_many() -> InvalidSubmission:
    return InvalidSubmission(
        field="capacityMap", reason=f"{MAX_CLASSES} different capacity maps are in use; use one of those"
    )
