"""Parts of a whole, side by side: capacity used and free."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words, draw, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    tone: str
    amount: float
    words: str


def share_bar(parts: Sequence[Part], words: Words, *, height: int = 12) -> SafeString:
    """What is missing to the whole is given as a part, too."""
    whole = sum(part.amount for part in parts) or 1
    begin, blocks = 0.0, []
    for part in filter(lambda part: part.amount, parts):
        blocks.append({"part": part, "x": percent(begin / whole), "width": percent(part.amount / whole)})
        begin += part.amount
    return draw("share_bar", words, height=height, blocks=blocks)
