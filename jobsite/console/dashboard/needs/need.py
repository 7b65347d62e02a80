"""One thing that needs a human: how many, what in a sentence, and where it is put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`key` finds it again on a live page. `bad` stops work, `warn` will."""

    key: str
    tone: Literal["bad", "warn"]
    count: str
    title: str
    words: str
    url: str = ""
    link: str = ""


def named(names: Sequence[str]) -> str:
    """The first few of them: `a, b, c and 4 more`."""
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
