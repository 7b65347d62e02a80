"""Before and after of a change, side by side, one line for each value that either has."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_LINES = 300
LONGEST = 2_000
# Deeper than that a value is shown as JSON.
_DEPTH = 6
# What the line of a value without keys is called.
_WHOLE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """None where that side has no such value."""

    name: str
    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    changed: list[Line]
    same: list[Line]
    # Lines that are too many to show.
    left_out: int


def diff_of(before: Any, after: Any) -> Diff:
    old, new = dict(_flat(before)), dict(_flat(after))
    names = [*old, *(name for name in new if name not in old)]
    lines = [Line(name=name, before=old.get(name), after=new.get(name)) for name in names]
    # Whole texts are compared; only what is shown is cut.
    shown = [(line.changed, _cut(line)) for line in sorted(lines, key=lambda line: not line.changed)[:MOST_LINES]]
    return Diff(
        changed=[line for changed, line in shown if changed],
        same=[line for changed, line in shown if not changed],
        left_out=max(0, len(lines) - MOST_LINES),
    )


def _flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value and depth < _DEPTH:
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key), depth + 1)
    elif value is not None or depth:
        yield name or _WHOLE, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(line: Line) -> Line:
    return Line(name=line.name[:200], before=_short(line.before), after=_short(line.after))


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… {len(text) - LONGEST:,} more characters"
