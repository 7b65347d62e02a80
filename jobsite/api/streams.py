"""A long JSON array as it is read, never the whole of it in memory."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

_TOGETHER = 200


def array_in_parts(objects: Iterable[dict[str, Any]], *, before: str = "", after: str = "") -> Iterator[bytes]:
    """`before[..]after` in pieces of some hundred objects."""
    yield f"{before}[".encode()
    separator = ""
    rest = iter(objects)
    while some := list(islice(rest, _TOGETHER)):
        yield (separator + ",".join(map(_compact, some))).encode()
        separator = ","
    yield f"]{after}".encode()


def _compact(value: dict[str, Any]) -> str:
    # As DRF's renderer writes it.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
