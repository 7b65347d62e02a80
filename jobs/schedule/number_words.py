"""Numbers and lists in words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted, and how many values it has."""

    name: str
    count: int


def join(words: Sequence[str]) -> str:
    """`a, b and c`"""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def plural(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def rate(values: tuple[int, ...], unit: Unit) -> str | None:
    """`every 15 minutes`, where that is true across the end of the hour too."""
    step, rest = divmod(unit.count, len(values))
    if rest or values != tuple(range(0, unit.count, step)) or len(values) == 1:
        return None
    return f"every {unit.name}" if step == 1 else f"every {step} {unit.name}s"


def numbered(values: tuple[int, ...], unit: Unit) -> str:
    """`minute 5`, `minutes 5 to 9`, `every 7th minute from 0 to 56`, `minutes 1, 5 and 6`."""
    first, last = values[0], values[-1]
    if len(values) == 1:
        return f"{unit.name} {first}"
    if is_run(values):
        return f"{unit.name}s {first} to {last}"
    step = values[1] - first
    if len(values) > 3 and values == tuple(range(first, last + 1, step)):
        return f"every {_ordinal(step)} {unit.name} from {first} to {last}"
    return f"{unit.name}s {join([str(value) for value in values])}"


def named(values: tuple[int, ...], names: Sequence[str]) -> str:
    """`Monday to Friday`, `January and July`; the value is the place in `names`."""
    if is_run(values):
        return f"{names[values[0]]} to {names[values[-1]]}"
    return join([names[value] for value in values])


def is_run(values: tuple[int, ...]) -> bool:
    """Three or more without a hole."""
    return len(values) > 2 and values[-1] - values[0] == len(values) - 1


def _ordinal(number: int) -> str:
    """Four values or more of at most 60: no step reaches 21."""
    return {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
