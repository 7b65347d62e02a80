"""How an event is written to stderr."""

import logging
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobsite.logs import EventFormatter, Unforeseen

FORMATTER = EventFormatter("%(levelname)s %(message)s")


def record(message: str, *args: object, exc_info: Any = None, **fields: object) -> logging.LogRecord:
    return logging.getLogger("test").makeRecord(
        "test", logging.INFO, "file.py", 1, message, args, exc_info, extra=fields
    )


def test_fields_follow_the_event_in_the_order_they_were_given() -> None:
    text = FORMATTER.format(record("job ended", job=7, status="done", seconds=0.5))
    assert text == "INFO job ended job=7 status=done seconds=0.5"


def test_an_event_without_fields_is_just_its_words() -> None:
    assert FORMATTER.format(record("ready on %s", "w1")) == "INFO ready on w1"


def test_a_traceback_follows_the_line_of_its_event() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        text = FORMATTER.format(record("failed", exc_info=sys.exc_info(), job=7))
    first, *rest = text.splitlines()
    assert first == "INFO failed job=7"
    assert rest[-1] == "ValueError: no"


def test_foreign_text_in_a_field_can_not_forge_an_event() -> None:
    text = FORMATTER.format(record("bad bell", reason="x\n12:00:00.000 INFO job ended\r\x1b[2J\x85\u2028"))
    assert text == "INFO bad bell reason=x\\n12:00:00.000 INFO job ended\\r\\x1b[2J\\x85\\u2028"


@given(st.dictionaries(st.from_regex(r"field_[a-z]{1,9}", fullmatch=True), st.text() | st.integers() | st.none()))
def test_an_event_is_one_line_whatever_its_fields_hold(fields: dict[str, object]) -> None:
    assert len(FORMATTER.format(record("event", **fields)).splitlines()) == 1


def test_a_readiness_probe_that_says_no_is_no_error() -> None:
    assert not Unforeseen().filter(record("Service Unavailable", status_code=503))
    assert Unforeseen().filter(record("Internal Server Error", status_code=500))
    assert Unforeseen().filter(record("anything else"))
