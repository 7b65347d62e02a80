"""What clients should not send, and how an answer to it is judged."""

import json
from typing import Any

# In addresses and queries, percent-encoded.
TEXTS = (
    "%00",
    "%FF",
    "%ED%A0%80",
    "9" * 5000,
    "-1",
    "1e999",
    "x" * 5000,
    "%F0%9F%92%A9",
    "%0A",
    "..%2F",
    "%27%22%3B--",
    "[]",
)
NUMBERS = ("0", "-1", "1" + "0" * 30, "1.5", "")
HEADERS: list[dict[str, str]] = [
    {"Authorization": "Bearer \xff\x00"},
    {"Authorization": "Bearer " + "x" * 20_000},
    {"Authorization": "Basic /w=="},
    {"Authorization": "Basic AAA6AAA="},
    {"Authorization": "Basic \xff"},
    {"Authorization": "Digest x"},
    {"Cookie": "sessionid=\xff\x00"},
    {"Cookie": "sessionid=" + "x" * 5000},
    {"Accept": "text/html"},
    {"Accept": "\xff"},
    {"Accept": ";;q=x"},
    {"User-Agent": "\xff\x00\x1b"},
    {"Idempotency-Key": "\xff\x00"},
    {"If-None-Match": '\xff"'},
    {"X-Forwarded-For": "\xff"},
    {"Content-Length": "x"},
    {"Content-Encoding": "gzip"},
]
NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "half": b'{"action":',
    "an array": b"[]",
    "text": b'"text"',
    "null": b"null",
    "a number": b"1",
    "bad UTF-8": b'{"action":"\xff"}',
    "UTF-16": '{"action":"noop"}'.encode("utf-16"),
    "NUL": b"\x00",
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and closed": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "NaN": b'{"reason":NaN}',
    "Infinity": b'{"reason":Infinity}',
    "a huge float": b'{"reason":1e999}',
    "5000 digits": b'{"reason":' + b"9" * 5000 + b"}",
    "a key twice": b'{"reason":"a","reason":"b"}',
}
TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/xml",
    "\xff",
    "",
)
VALUES: list[Any] = [
    *(True, 0, -1, 1.5, 10**30, 10**400, "", "x", "\x00", "\ud800", "x" * 5000),
    *([], [None], {}, {"\x00": "\x00"}, [[[]]], {"a": {"a": []}}),
]  # fmt: skip


def encoded(value: Any) -> bytes:
    """As JSON. Escaped, so that NUL and halves of surrogate pairs arrive as such."""
    return json.dumps(value).encode()


def problem(dialect: str, answer: Any) -> str:
    """What is wrong with the answer to a bad request; "" for a success, or an error in the dialect's envelope."""
    if answer.status_code < 400:
        return ""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    try:
        body = json.loads(answer.content)
        said = body["errors"][0]["message"] if dialect == "v0" else body["status"] == "error" and body["message"]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} outside the envelope: {answer.content[:100]!r}"
    return "" if said and isinstance(said, str) else f"{answer.status_code} without a word"
