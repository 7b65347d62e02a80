"""Which waiting job a worker keeps capacity free for: the decision, as a pure function."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workers import capacity
from workers.capacity import Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A job that is ready: the best of its class, or the held one. `waited` in seconds, since its time."""

    job: int
    class_id: int
    priority: int
    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A worker's hold. No contender: its job was claimed, ended or set aside."""

    job: int
    giving_way: list[int]
    contender: Contender | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What a worker has and runs."""

    total: Units
    free: Units
    slot_free: bool
    # Class id to the seconds since the newest job of it started.
    newest: Mapping[int, float]
    needs: Callable[[int], Units]


def choose(contenders: Sequence[Contender], *, held: Contender | None, here: Here, after: float) -> Contender | None:
    """The job to keep capacity for, if any. `contenders` are in the order of claims.

    1. Who is held for stays so until it starts: what was gathered is not lost to the next one.
    2. Of higher priority than that, or with nobody held for, the first one that fits the worker's total, can not start
       now, and would be passed by a lower priority; or has waited for `after` seconds and was passed by another class.
    """
    chosen = held if held and _could_ever_start(held, here) else None
    for one in contenders:
        if chosen and one.priority <= chosen.priority:
            break
        late = one.waited >= after and _was_passed(one, here)
        if _could_ever_start(one, here) and not _starts_now(one, here) and (late or _is_urgent(one, contenders, here)):
            return one
    return chosen


def giving_way(one: Contender, class_ids: Iterable[int], here: Here) -> list[int]:
    """The classes that yield to its hold. Not its own: the head of that is this job, or before it in line."""
    return sorted(class_id for class_id in class_ids if class_id != one.class_id and _compete(one, class_id, here))


def _lacks_a_slot(one: Contender, here: Here) -> bool:
    """Its units are free, and every slot is busy, maybe with types that it does not need."""
    return capacity.fits(here.needs(one.class_id), here.free) and not here.slot_free


def _could_ever_start(one: Contender, here: Here) -> bool:
    return capacity.fits(here.needs(one.class_id), here.total)


def _starts_now(one: Contender, here: Here) -> bool:
    return here.slot_free and capacity.fits(here.needs(one.class_id), here.free)


def _was_passed(one: Contender, here: Here) -> bool:
    """The last to start here, of those that it competes with, was not of its class.

    Without this, endless big jobs would hold for each other and starve the small ones before them in line.
    """
    rivals = [class_id for class_id in here.newest if _compete(one, class_id, here)]
    return min(rivals, key=lambda class_id: here.newest[class_id], default=None) != one.class_id


def _is_urgent(one: Contender, contenders: Sequence[Contender], here: Here) -> bool:
    """A job of a lower priority would be claimed instead."""
    return any(
        other.priority < one.priority and _could_ever_start(other, here) and _compete(one, other.class_id, here)
        for other in contenders
    )


def _compete(one: Contender, class_id: int, here: Here) -> bool:
    """For units of a type that both need, or for a slot where that is what is missing."""
    return _lacks_a_slot(one, here) or not here.needs(one.class_id).keys().isdisjoint(here.needs(class_id))
