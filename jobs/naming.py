"""Names in a sentence that has an end: the first of them, and how many more there are."""

from collections.abc import Sequence
from itertools import accumulate

# Of the 500 characters of a message of the APIs, which says more than names.
_ROOM = 240


def some_of(names: Sequence[str]) -> str:
    """As many as there is room for, but one at least: `a, b and 4 more`."""
    ends = accumulate(len(name) + 2 for name in names)
    shown = max(1, sum(end <= _ROOM for end in ends))
    left = len(names[shown:])
    return ", ".join(names[:shown]) + (f" and {left} more" if left else "")
