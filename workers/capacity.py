"""Capacity arithmetic: typed units as pure values.

A map is `{"scan": 1}`; its class is the one canonical spelling of it, `scan`, `scan=2` or `scan=1,scanCheck=2`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Units = Mapping[str, int]

DEFAULT_TYPE = "default"
MAX_TYPES = 16
MAX_UNITS = 2**53
TYPE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
# As long as MAX_UNITS: Python's int() itself refuses thousands of digits, with words of its own.
_AMOUNT = re.compile(r"[0-9]{1,16}")


class InvalidCapacity(ValueError):
    """A capacity that can not be read; `type_name` says at which type, "" for the whole."""

    def __init__(self, reason: str, *, type_name: str = "") -> None:
        super().__init__(reason)
        self.type_name = type_name


def check(units: Mapping[Any, object]) -> dict[str, int]:
    """The map as typed units, or InvalidCapacity naming the type at fault."""
    if len(units) > MAX_TYPES:
        raise InvalidCapacity(f"has {len(units)} types; at most {MAX_TYPES} are allowed")
    return {_type_name(name): _amount(name, amount) for name, amount in units.items()}


def needs(units: Units | None) -> dict[str, int]:
    """What a job with this map takes: no needs means one unit of the default type, a worker's spare slots."""
    return dict(units) if units else {DEFAULT_TYPE: 1}


def class_name(units: Units | None) -> str:
    """The class of these needs, which is also its queue: types sorted; one unit of one type is not spelled out."""
    wanted = sorted(needs(units).items())
    if len(wanted) == 1 and wanted[0][1] == 1:
        return wanted[0][0]
    return ",".join(f"{name}={amount}" for name, amount in wanted)


def parse(text: str) -> dict[str, int]:
    """Read `scan=2,scanCheck=1` (`scan` alone is `scan=1`)."""
    units: dict[object, object] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, separator, amount = part.partition("=")
        if name in units:
            raise InvalidCapacity(f"{name} is named twice", type_name=name)
        if separator and not _AMOUNT.fullmatch(amount):
            raise InvalidCapacity(f"{amount[:60]!r} is not a whole number from 1 to 2^53, as in scan=2", type_name=name)
        units[name] = int(amount) if separator else 1
    return check(units)


def total(declared: Units, *, slots: int) -> dict[str, int]:
    """All that a worker can hold: what it declares, and its spare slots as units of the default type."""
    spare = max(slots - sum(declared.values()), min(2, slots))
    return {DEFAULT_TYPE: spare, **declared}


def default_slots(declared: Units, *, cores: int) -> int:
    """Slots of a worker that was told none: room for every unit and two more, within what the machine bears."""
    return max(1, min(sum(declared.values()) + 2, 4 * cores, 32))


def fits(wanted: Units, free: Units) -> bool:
    """Whether `free` holds all that is wanted; a type that it lacks counts 0."""
    return all(free.get(name, 0) >= amount for name, amount in wanted.items())


def free(held: Units, used: Iterable[tuple[Units, int]]) -> dict[str, int]:
    """What is left of `held` beside `used`: needs, and how many jobs have them. Negative after a cut of capacity."""
    left = dict(held)
    for wanted, jobs in used:
        for name, amount in wanted.items():
            left[name] = left.get(name, 0) - amount * jobs
    return left


def _type_name(name: object) -> str:
    if not isinstance(name, str) or not TYPE_NAME.fullmatch(name):
        raise InvalidCapacity(
            f"{name!r} is not a type name: a letter, then up to 62 of A-Z a-z 0-9 _ . -", type_name=str(name)
        )
    return name


def _amount(name: object, amount: object) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MAX_UNITS:
        raise InvalidCapacity(f"{amount!r} is not a whole number from 1 to 2^53", type_name=str(name))
    return amount
