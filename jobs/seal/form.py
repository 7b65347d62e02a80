"""What a secret looks like: `{"$sealed": "..."}` in the JSON that is stored, *** to every reader."""

from collections.abc import Iterator
from typing import Any

MASK = "***"
MARK = "$sealed"


def is_sealed(value: object) -> bool:
    """Whether it is the stored form of a secret."""
    return isinstance(value, dict) and value.keys() == {MARK} and isinstance(value[MARK], str)


def masked(value: Any) -> Any:
    """For every eye: *** for each secret, however deep it lies."""
    if is_sealed(value):
        return MASK
    if isinstance(value, dict):
        return {key: masked(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner) for inner in value]
    return value


def sealed_in(submission: dict[str, Any] | None) -> Iterator[str]:
    """The secrets of a submission as it is stored, and of those that follow it, as they are encrypted."""
    link = submission
    while link is not None:
        yield from (value[MARK] for value in (link.get("parameters") or {}).values() if is_sealed(value))
        link = link.get("next")
