"""What this process knows of secrets while it runs a job, and how it keeps them out of what it writes."""

import json
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from jobs.seal.form import MASK, is_sealed
from jobs.seal.spellings import spellings

_pattern: re.Pattern[str] | None = None


class Unspoken(ValueError):
    """An error that was about to tell a secret; these are its words without it."""


def learn(values: list[Any]) -> None:
    """Until it learns others this process writes *** in place of these values."""
    global _pattern  # noqa: PLW0603 - one process runs one job
    _pattern = _pattern_of(values) if values else None


def knows_any() -> bool:
    """Whether there is anything to keep."""
    return _pattern is not None


def hushed(text: str) -> str:
    """The text with *** for each secret in it."""
    return text if _pattern is None else _pattern.sub(MASK, text)


def hushed_json(text: str | None) -> str | None:
    """The same for JSON, which stays JSON."""
    if text is None or _pattern is None:
        return text
    return json.dumps(hushed_value(json.loads(text)), ensure_ascii=False)


def hushed_value(value: Any, *, keep_sealed: bool = False) -> Any:
    """The same for what JSON is made of."""
    if isinstance(value, str):
        return hushed(value)
    if keep_sealed and is_sealed(value):
        return value
    if isinstance(value, dict):
        return {hushed(key): hushed_value(inner, keep_sealed=keep_sealed) for key, inner in value.items()}
    if isinstance(value, list):
        return [hushed_value(inner, keep_sealed=keep_sealed) for inner in value]
    # A number, which might be one.
    return value if hushed(json.dumps(value)) != MASK else MASK


def without(values: Iterable[Any], text: str) -> str:
    """The text with *** for each of these values, whatever this process has learnt."""
    pattern = _pattern_of(values)
    return text if pattern is None else pattern.sub(MASK, text)


@contextmanager
def unspoken(values: list[Any]) -> Iterator[None]:
    """What is raised within, and what it came from, does not tell these values: Unspoken in its place."""
    try:
        yield
    except Exception as error:
        if without(values, told := "".join(traceback.format_exception(error))) == told:
            raise
        raise Unspoken(without(values, f"{type(error).__name__}: {error}")) from None


def _pattern_of(values: Iterable[Any]) -> re.Pattern[str] | None:
    longest_first = sorted({form for value in values for form in spellings(value)}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
