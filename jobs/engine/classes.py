"""Capacity classes: a row for each canonical map of needs, made when it is first wanted."""

import time
from dataclasses import dataclass

from django.db.models.functions import Now

from jobs.engine.errors import InvalidSubmission
from workers import capacity
from workers.models import CapacityClass

MAX_CLASSES = 1000
# Workers read the queue of a class that is new from their next look on, which is over by then.
NEW_SECONDS = 5.0
_ids: dict[str, int] = {}
_added_at: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class as processes remember it."""

    id: int
    name: str
    needs: dict[str, int]


def class_for(needs: dict[str, int]) -> KnownClass:
    """The class of these needs. Remembered per process: classes are few, and unused ones stay for a day."""
    name = capacity.class_name(needs)
    if name not in _ids:
        _ids[name] = _get_or_add(name, needs)
    return KnownClass(_ids[name], name, needs)


def forget_classes() -> None:
    """Drop what this process remembers: a remembered class was gone from the table."""
    _ids.clear()
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
        return known
    if CapacityClass.objects.count() >= MAX_CLASSES:
        raise InvalidSubmission(
            field="capacityMap", reason=f"{MAX_CLASSES} different capacity maps are in use; use one of those"
        )
    # The unique name decides between two that add it at once.
    CapacityClass.objects.bulk_create(
        [CapacityClass(name=name, needs=needs, last_used_at=Now())], ignore_conflicts=True
    )
    _added_at[name] = time.monotonic()
    return CapacityClass.objects.values_list("id", flat=True).get(name=name)
