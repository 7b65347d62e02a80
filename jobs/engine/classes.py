"""Capacity classes: a row for each canonical map of needs, made when it is first wanted."""

from dataclasses import dataclass

from django.db.models.functions import Now

from jobs.engine.errors import InvalidSubmission
from workers import capacity
from workers.models import CapacityClass

MAX_CLASSES = 1000
_ids: dict[str, int] = {}


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
    return CapacityClass.objects.values_list("id", flat=True).get(name=name)
