"""The ways in which a secret may be written down."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

# A shorter one would be found in words that have nothing to do with it.
SHORTEST = 4


def spellings(value: Any) -> Iterator[str]:
    """Of each text and number in it."""
    for text in _texts(value):
        yield from _forms(text)


def _texts(value: Any) -> Iterator[str]:
    """Of a text of several lines also each by itself: a log is cut at line ends."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
        return
    if value is None or isinstance(value, bool):
        return
    text = str(value)
    for part in {text, text.strip(), *text.splitlines()}:
        if len(part) >= SHORTEST:
            yield part


def _forms(text: str) -> Iterator[str]:
    """As it is, and as the usual ways of writing it down would write it."""
    yield text
    yield repr(text)[1:-1]
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    raw = text.encode("utf-8", "surrogatepass")
    yield quote(raw)
    yield quote(raw, safe="")
    yield quote_plus(raw)
    yield raw.hex()
    yield raw.hex().upper()
    yield from _base64_forms(raw)


def _base64_forms(raw: bytes) -> Iterator[str]:
    """What is the same of it whatever stands before and after, as in `user:secret`."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        # The first letters hold bits of what stands before, the last may hold bits of what comes after.
        start, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        if end - start >= SHORTEST:
            yield encoded[start:end]
            yield encoded[start:end].replace("+", "-").replace("/", "_")
