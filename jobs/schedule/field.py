"""One of the six fields: what may stand in it, and the values that it names.

`*`, `N`, `N-M`, each with `/step` behind it, in a list with commas. `N/step` runs from N to the maximum.
"""

import re
from dataclasses import dataclass

from jobs.schedule.errors import InvalidSchedule

_WORD = "[0-9A-Za-z]+"
_PART = re.compile(rf"(?:\*|(?P<first>{_WORD})(?:-(?P<last>{_WORD}))?)(?:/(?P<step>[0-9]+))?")
_QUARTZ = re.compile(r"[0-9]*(?:L|W|LW)|[^#]*#[^#]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a field counts, from `low` to `high`; `names` are those of its first values."""

    name: str
    low: int
    high: int
    example: str
    names: tuple[str, ...] = ()
    # `?` is another word for `*`.
    is_day: bool = False

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(range(self.low, self.high + 1))


@dataclass(frozen=True, slots=True)
class Field:
    """Its values in order, and whether it begins with `*` (or is `?`): such a day field does not restrict."""

    values: tuple[int, ...]
    starred: bool


def read_field(text: str, kind: Kind) -> Field:
    """Raises InvalidSchedule."""
    if text == "?" and kind.is_day:
        return Field(kind.values, starred=True)
    values = {value for part in text.split(",") for value in _read_part(part, kind)}
    return Field(tuple(sorted(values)), starred=text.startswith("*"))


def _read_part(part: str, kind: Kind) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise _wrong(kind, f"{part[:60]!r} {_what_is_wrong(part, kind)}")
    first, last, step = match.group("first", "last", "step")
    if first is None:
        return range(kind.low, kind.high + 1, _read_step(step, kind))
    if last is None and step is None:
        value = _read_value(first, kind, sunday_is_7=True)
        return range(value, value + 1)
    begin = _read_value(first, kind)
    end = kind.high if last is None else _read_value(last, kind)
    if end < begin:
        raise _wrong(kind, f"{part[:60]!r} runs backwards; write {begin}-{kind.high},{kind.low}-{end}")
    return range(begin, end + 1, _read_step(step, kind))


def _read_value(word: str, kind: Kind, *, sunday_is_7: bool = False) -> int:
    """A number or a name. Only alone is 7 a Sunday: `5-7` would run backwards, and `1/2` must not reach it."""
    if word.upper() in kind.names:
        return kind.low + kind.names.index(word.upper())
    if word.isdigit():
        value = int(word)
        if kind.low <= value <= kind.high:
            return value
        if sunday_is_7 and kind.name == "day-of-week" and value == 7:
            return 0
    raise _wrong(kind, f"{word[:60]!r} {_what_is_wrong(word, kind)}")


def _read_step(step: str | None, kind: Kind) -> int:
    """A step longer than the field could not do what it says: `*/90` minutes would run each hour."""
    if step is None:
        return 1
    longest = kind.high - kind.low + 1
    if 1 <= int(step) <= longest:
        return int(step)
    raise _wrong(kind, f"step {step[:20]} is not from 1 to {longest}; use for example {kind.example}, or @every 36h")


def _what_is_wrong(part: str, kind: Kind) -> str:
    if part == "":
        reason = "is empty between its commas"
    elif "?" in part:
        reason = "holds a ?, which only stands alone, for a day field"
    elif _QUARTZ.fullmatch(part):
        reason = "holds an L, W or #, which jobsite does not know"
    else:
        names = f" or {kind.names[0]} to {kind.names[-1]}" if kind.names else ""
        reason = f"is not from {kind.low} to {kind.high}{names}"
    return f"{reason}; use for example {kind.example}"


def _wrong(kind: Kind, reason: str) -> InvalidSchedule:
    return InvalidSchedule(f"the {kind.name} {reason}", field=kind.name)
