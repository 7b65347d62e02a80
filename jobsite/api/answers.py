"""From an exception to a dialect's answer: what both dialects do alike."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def nearest(error: Exception, answers: Mapping[type, Callable[[Any], Answer]]) -> Answer | None:
    """What the nearest class in the error's line of descent says; None if none of them is known."""
    for kind in type(error).__mro__:
        if kind in answers:
            return answers[kind](error)
    return None


def clipped(value: Any) -> str:
    """As text that can be sent: what a client sent comes back in messages."""
    # Half a surrogate pair can not be encoded, a megabyte is no message.
    text = str(value)
    text = text if len(text) <= 500 else text[:497] + "..."
    return text.encode("utf-8", "backslashreplace").decode()
