"""Reads a JSON body by the letter: what other parsers guess at (NaN, a key given twice) is refused with words."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from jobs.engine.errors import InvalidSubmission
from jobs.engine.fields import MAX_DIGITS, read_whole

# Deeper than anyone means it, and far from where Python's own parser or PostgreSQL's gives up.
MAX_DEPTH = 100
# In place of a number of more: what it would belong to is known when all has been read.
_TOO_LONG = object()


class StrictJSONParser(BaseParser):
    """For `application/json`, UTF-8 as the standard says, at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig(f"The body is longer than {limit} bytes.")
        return loads(body)


def loads(body: bytes) -> Any:
    """The value, or ParseError that says where the text stops being JSON; InvalidSubmission for too long a number."""
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except RecursionError:
        raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from None
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: byte {error.start} can not be read.") from error
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}") from error
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"the key {_twice(name for name, _ in pairs)[:60]!r} is given twice")
    return found


def _twice(names: Iterable[str]) -> str:
    """The first that was there before, among names of which one is."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            break
        seen.add(name)
    return name


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _whole(text: str) -> Any:
    try:
        return read_whole(text)
    except ValueError:
        return _TOO_LONG


def _check(value: Any) -> None:
    """Level by level, without recursion of its own."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        if _TOO_LONG in level:
            place = "body" if value is _TOO_LONG else _place(value)
            raise InvalidSubmission(field=str(place), reason=f"is a number of more than {MAX_DIGITS} digits")
        level = [
            child
            for parent in level
            if isinstance(parent, (dict, list))
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return
    raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")


def _place(value: Any, *, deeper: int = MAX_DEPTH) -> str | None:
    """Where in an object or array a number that is too long stands, dotted."""
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        name = str(key)[:60]
        if member is _TOO_LONG:
            return name
        if deeper and isinstance(member, (dict, list)):
            below = _place(member, deeper=deeper - 1)
            if below is not None:
                return f"{name}.{below}"
    return None
